"""A `Report`'s one page as a mail that is ready to be sent: plain text and HTML, one chart inline, all numbers as text,
and the whole report attached.

The file is a draft (`X-Unsent: 1`, by which Outlook opens it for editing). It has no From: the program that sends it
puts its own, and an address of ours could only be wrong. To is the configured contact, or empty.
"""

from __future__ import annotations

from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from textwrap import fill

from dashboards.report.content import Report
from dashboards.report.page import environment, version
from dashboards.report.phrases import parse_utc

CHART = "items_per_day"
CHART_ID = "items-per-day@report"
ATTACHED = "report.html"
TEXT_WIDTH = 72


def render(report: Report, now: str, html: bytes) -> bytes:
    """The file's bytes, with CRLF line ends as mail has them. `now` is the draft's Date, `html` the whole report."""
    # 7-bit, so that nothing on its way can spoil a letter.
    message = EmailMessage(policy=SMTP.clone(cte_type="7bit"))
    message["Subject"] = subject(report)
    if report.contact_email:
        message["To"] = report.contact_email
    message["Date"] = format_datetime(parse_utc(now))
    message["X-Unsent"] = "1"
    chart = next((one for one in report.all_exhibits if one.metric.name == CHART and one.svg), None)
    values = {
        "report": report,
        "version": version(report),
        "subject": subject(report),
        "chart": chart,
        "chart_id": CHART_ID,
        "attached": ATTACHED,
    }
    jinja = environment()
    message.set_content(_wrapped(jinja.get_template("mail.txt").render(values)))
    message.add_alternative(jinja.get_template("mail.html").render(values), subtype="html")
    message["Content-Language"] = "en-GB"
    if chart is not None:
        from dashboards.charts import png

        page = message.get_payload(1)
        assert isinstance(page, EmailMessage)
        page.add_related(
            png(chart.figure), "image", "png", cid=f"<{CHART_ID}>", filename="items-per-day.png", disposition="inline"
        )
    message.add_attachment(html, "text", "html", filename=ATTACHED, params={"charset": "utf-8"})
    return message.as_bytes()


def subject(report: Report) -> str:
    """One line, whatever the configuration has for a title."""
    made_up = "MADE UP: " if report.made_up else ""
    so_far = " (figures so far)" if report.stage == "so far" else ""
    return " ".join(f"{made_up}{report.edition.title}: the week on one page{so_far}".split())


def _wrapped(text: str) -> str:
    """Lines of at most 72 characters where words allow; list items hang, addresses are not broken."""
    return "\n".join(
        fill(
            line,
            TEXT_WIDTH,
            subsequent_indent="  " if line.startswith("- ") else "",
            break_long_words=False,
            break_on_hyphens=False,
        )
        for line in text.strip().splitlines()
    )
