"""What the made-up voices of the demonstration say: sentences about co-production, put together from parts.

Texts only, chosen by a random generator that the caller seeds. Who says it is in `cast.py`, when and where in
`week.py`. None of it was ever published by anybody.
"""

from __future__ import annotations

from random import Random
from string import Formatter

PARTS: dict[str, tuple[str, ...]] = {
    "group": (
        "carers",
        "tenants",
        "young people",
        "parents",
        "neighbours",
        "older people",
        "people who use services",
        "volunteers",
        "care workers",
        "families",
        "students",
        "peer supporters",
    ),
    "place": (
        "the day centre",
        "our outpatient clinic",
        "the library",
        "the housing service",
        "the community minibus",
        "the community garden",
        "our home care service",
        "the new health hub",
        "the advice line",
        "the youth club",
        "the hospital welcome desk",
        "our respite scheme",
    ),
    "result": (
        "the forms went from nine pages to two",
        "twice as many people came back",
        "nobody had to tell their story four times",
        "the waiting room got chairs that people can stand up from",
        "the opening hours finally fit the buses",
        "letters are now written in plain words",
        "complaints fell and ideas went up",
        "the service has a name that people chose",
        "staff say they enjoy their work again",
        "we stopped doing three things nobody wanted",
        "the budget was agreed around one table",
        "people were paid for their time, on the day",
    ),
    "event": (
        "a lunchtime webinar",
        "an open afternoon",
        "a walk and talk",
        "a shared meal",
        "a design jam",
        "a listening day",
        "a story café",
        "an online workshop",
        "a quiz with prizes",
        "a panel with no panel table",
    ),
    "moment": (
        "when the minutes were read out and everybody recognised their own words",
        "the silence after the question, and then the answer",
        "that the chair spoke last",
        "seeing the flip chart filled in eight different colours",
        "the interpreter getting a round of applause",
        "that we ran out of time and nobody left",
        "hearing a director say “I was wrong about that”",
        "the tea, and everything that was said over it",
    ),
    "wrong": (
        "a survey at the end",
        "inviting two people to a meeting of twenty",
        "asking nicely for feedback",
        "a longer consultation",
        "a nice photograph on the cover",
        "one more focus group",
    ),
    "right": (
        "deciding together from the first day",
        "sharing the budget as well as the biscuits",
        "being ready to hear no",
        "changing who writes the agenda",
        "paying people for what they know",
        "staying until the dull parts are done",
    ),
    "lesson": (
        "Start earlier than feels necessary",
        "Ask what people want to bring, not only what they need",
        "Send the papers a week ahead, in plain words",
        "Pay expenses on the day, in cash if that helps",
        "Agree at the start who decides what",
        "Say what you did with what people told you",
        "Leave room for the conversation that was not on the agenda",
        "Book the room with the lift",
        "Let somebody else hold the pen",
        "Make it easy to leave and easy to come back",
    ),
    "topic": (
        "paying people for their time",
        "reaching people who never come to meetings",
        "sharing a budget",
        "co-production in a hospital",
        "keeping going when the funding ends",
        "co-production with very young children",
        "plain-language contracts",
        "recruiting together",
        "evaluating together",
        "online meetings that work for everyone",
    ),
    "access": (
        "Live captions and a BSL interpreter are booked.",
        "There is step-free access and a quiet room.",
        "Easy Read papers are on their way.",
        "Cameras off is fine.",
        "Bring a supporter if you like.",
        "Travel is paid on the day.",
    ),
    "day": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday"),
    "time": ("10am", "11am", "12.30pm", "2pm", "3.30pm", "6pm"),
    "resource": (
        "guide to paying people fairly",
        "checklist for meetings everyone can join",
        "short film",
        "set of conversation cards",
        "poster",
        "podcast episode",
        "template for an agenda written together",
        "Easy Read booklet",
    ),
    "pledge": (
        "no meeting about people without people",
        "papers in plain words, a week ahead",
        "two seats on the board, with votes",
        "to pay everybody who gives their time",
        "to publish what we changed, and what we did not",
        "to ask who is missing, every time",
        "a budget that is decided together by next July",
    ),
    "doubt": (
        "Does one week change anything?",
        "What will be different in August?",
        "If it stops on Friday, was it co-production?",
        "Is this sharing power, or sharing a hashtag?",
        "Who paid for the lunch, and who was paid to be there?",
    ),
    "praise": (
        "That is what it looks like when power moves.",
        "Small, slow and worth it.",
        "More of this, please.",
        "It took longer. It is better.",
        "You could hear the difference.",
        "Nobody wanted to go home.",
    ),
}

PERSON = (
    "{Group} wrote the first draft for {place}, and {result}.",
    "I used to think co-production meant {wrong}. Now I think it means {right}.",
    "The best part of {event} today was {moment}.",
    "{lesson}. That is all. That is the post.",
    "{Group} and staff redesigned {place} together. {praise}",
    "One thing I learned from {group} this year: {lesson_lower}.",
    "Who is missing from the room? We asked, and {result}.",
    "Does anyone have a good example of {topic}?",
    "We tried {topic}. It was harder than we hoped, and {result}.",
    "{doubt} Asking as a friend of the week, not as a critic.",
    "Thank you to everybody who came to {event}. {praise}",
    "If you remember one thing: {lesson_lower}.",
    "What would you change first at {place}? Ask {group}. They know.",
    "Reading about {topic} on the bus and nodding.",
    "Nothing about us without us. At {place} that now means {right}.",
    "My favourite sentence of the day: “{lesson}.”",
    "Turns out {topic} starts with {right}. {praise}",
)
ORGANISATION = (
    "Join us on {day} at {time} for {event} about {topic}. {access}",
    "Our new {resource} is out, made together with {group}.",
    "This week we asked {group} to redesign {place}. So far, {result}.",
    "Our pledge: {pledge}. Ask us in six months how we did.",
    "What we learned about {topic}: {lesson_lower}.",
    "Thank you to all the {group} who worked with us on {place}. {praise}",
    "{Group} asked us about {topic}. Here is our answer, in plain words.",
    "Places are still free for {event} on {day} at {time}. {access}",
    "Since {group} took over the agenda of {place}, {result}.",
    "We promised last year: {pledge}. We kept half of it. Here is what went wrong.",
    "Today {group} run our account. Ask them about {topic}.",
)
LEAD_UP = (
    "{countdown} What are you planning?",
    "{countdown} We are getting ready for {event} with {group}.",
    "{countdown} Our {resource} is nearly finished.",
    "{countdown} Save {day} at {time}: {event} on {topic}. {access}",
    "{countdown} This year we want to talk about {topic}.",
)
LAUNCH = (
    "It has begun! Five days, one question: who decides?",
    "Good morning, and happy week to everyone who makes things together.",
    "We are off. First up: {event} at {time}. {access}",
    "Day one. We start with {group}, as it should be.",
    "Here we go! Our pledge for this week: {pledge}.",
    "The week starts today, and so does our {resource}.",
)
AFTER = (
    "Looking back at the week: {lesson_lower}.",
    "The week is over, the work is not. Next at {place}: {topic}.",
    "Still thinking about {moment}.",
    "The notes from {event} are up, checked by the {group} who were there.",
    "{doubt} We are writing down our answer before the summer.",
    "A week is short. Since then at {place}, {result}.",
)
REPLY = (
    "Yes, this. {praise}",
    "How did you pay for it?",
    "We tried this at {place}, and {result}.",
    "Could you share the {resource}?",
    "Thank you for saying it. {lesson}.",
    "Who decided that, in the end?",
    "Not sure I agree, but I am glad you wrote it.",
    "Were {group} there as well?",
    "Same here, with {group}.",
)
QUOTE = (
    "Worth two minutes of your day. {praise}",
    "Exactly why we talk about {topic}.",
    "Passing this on to the {group} I work with.",
    "{lesson}. As shown here.",
)
CHAT_QUESTIONS = (
    "Q1 Who is here, and what did you make together this year?",
    "Q2 Who is missing from your meetings, and what keeps them away?",
    "Q3 How do you pay people for what they know?",
    "Q4 When did you last change your mind because of somebody who uses your service?",
    "Q5 What should we stop calling co-production?",
    "Q6 What will you do differently on Monday?",
)
CHAT_ANSWERS = (
    "A{n} Hello from {place}! {praise}",
    "A{n} {lesson}.",
    "A{n} For us it was {topic}, and {result}.",
    "A{n} Honestly? {wrong_cap}. We stopped.",
    "A{n} {Group}. We meet where they already are now.",
    "A{n} It is {right}. Everything else follows.",
    "A{n} We pledge {pledge}.",
    "A{n} We do not know yet. {doubt}",
)
CHAT_OPENING = "Welcome to the chat! Six questions in one hour. Answer with A1, A2 and so on, and take your time. 💬"
CHAT_CLOSING = "That was the hour. Thank you all: a summary follows tomorrow, checked by those who took part. 👋"

WELSH = (
    "Mae cyd-gynhyrchu yn golygu gwneud pethau gyda phobl, nid i bobl.",
    "Diolch i bawb a ddaeth heddiw!",
    "Beth fyddech chi'n ei newid gyntaf?",
    "Dechreuwch yn gynnar, a gwrandewch yn ofalus.",
    "Croeso cynnes i bawb. Bydd paned i bawb hefyd. ☕",
    "Mae'r gwaith yn parhau ar ôl yr wythnos.",
)
ELSEWHERE: tuple[tuple[str, str], ...] = (
    ("pl", "Dziękujemy wszystkim, którzy dziś z nami współtworzyli. 🙏"),
    ("ar", "شكرا لكل من شارك معنا اليوم."),
    ("de", "Mitbestimmungsmöglichkeitenverbesserungsvorschläge sind bei uns immer willkommen."),
    ("fr", "Rien sur nous sans nous, et le café est offert."),
)
EMOJI = ("💜", "🎉", "🙌", "👏", "☕", "🧩", "🌱", "💬", "👩🏽‍🦽", "🏴󠁧󠁢󠁷󠁬󠁳󠁿", "🫖")

TITLES = (
    "What {group} taught us about {topic}",
    "Ten small things that changed {place}",
    "We were wrong about {wrong}",
    "How {group} redesigned {place}",
    "Notes from {event}",
    "The long way round: {topic}",
    "Our pledge for Co-production Week: {pledge}",
    "“{lesson}”",
    "A letter to {place}",
    "What we did not manage this year",
)
PARAGRAPHS = (
    "When we began on {place}, we asked {group} what mattered. {lesson}, they said. We did, and {result}.",
    "It was not always easy. {doubt} Some weeks we could not say. But {result}, and that keeps us going.",
    "For us, co-production is not {wrong}. It is {right}. {praise}",
    "The best part was {moment}. Nobody had planned it.",
    "If you want to try {topic}, here is what helped us. {lesson}. {access}",
    "This post is part of Co-production Week. All week, {group} are writing here about {topic}.",
    "We promised {pledge}. Come and hold us to it.",
    "A colleague asked whether {topic} is worth the time. We went to {place} and asked {group}. {praise}",
)
OTHER_ENTRIES = (
    "Our office is closed on bank holidays",
    "Minutes of the board meeting",
    "A new member of our team",
    "Volunteers wanted for the summer fair",
    "How to reach us by bus",
)
BASELINE_ENTRIES = (
    "Why co-production takes time",
    "A reading list on co-production",
    "Vacancy: co-production lead",
)
ALT_TEXTS = (
    "People round a table covered with coloured notes, laughing.",
    "A flip chart with the words: who is missing?",
    "A hand-drawn poster of a jigsaw with four pieces.",
    "Two people in a garden, one of them in a wheelchair, planting beans.",
    "A slide with three sentences in large type about paying people for their time.",
    "A row of empty chairs before the meeting, each with a name on it.",
)


def say(patterns: tuple[str, ...], random: Random, **given: str) -> str:
    """One of the patterns with its gaps filled."""
    return fill(random.choice(patterns), random, **given)


def fill(pattern: str, random: Random, **given: str) -> str:
    """The pattern with each {gap} filled from `PARTS`, or from what is given.

    `{Group}` is a group with a capital, `{lesson_lower}` a lesson inside a sentence, `{wrong_cap}` a mistake that opens
    one.
    """
    values = dict(given)
    for _, gap, _, _ in Formatter().parse(pattern):
        if gap is None or gap in values:
            continue
        if gap == "Group":
            values[gap] = capital(random.choice(PARTS["group"]))
        elif gap == "lesson_lower":
            lesson = random.choice(PARTS["lesson"])
            values[gap] = lesson[0].lower() + lesson[1:]
        elif gap == "wrong_cap":
            values[gap] = capital(random.choice(PARTS["wrong"]))
        else:
            values[gap] = random.choice(PARTS[gap])
    return pattern.format(**values)


def article(random: Random) -> tuple[str, tuple[str, ...]]:
    """A blog article: its title and its paragraphs."""
    paragraphs = random.sample(PARAGRAPHS, k=random.randint(3, 5))
    return capital(say(TITLES, random)), tuple(fill(paragraph, random) for paragraph in paragraphs)


def countdown(days: int) -> str:
    """How long it is until the week, as people say it."""
    if days <= 1:
        return "Tomorrow it starts."
    if days < 14:
        return f"{days} days to go until Co-production Week."
    return f"{days // 7} weeks to go until Co-production Week."


def capital(text: str) -> str:
    """The text with its first letter large."""
    return text[0].upper() + text[1:]
