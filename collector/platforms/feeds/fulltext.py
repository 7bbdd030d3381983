"""The whole article behind an entry whose feed gives only its beginning: one request, robots.txt obeyed.

The text in the page is found by trafilatura; what is in it, by the same functions as for every other entry.
"""

from __future__ import annotations

import re
from collections import Counter

from msgspec.structs import replace

from collector.http import Client
from collector.http.robots import Robots
from collector.platforms import Trouble
from collector.platforms.feeds import words
from collector.platforms.feeds.articles import home
from collector.platforms.feeds.identity import host_of
from collector.platforms.feeds.items import Markup
from collector.platforms.feeds.prepare import text_of
from collector.posts import Post

MOST_PAGE = 2_000_000
"""Bytes of a page; trafilatura takes seconds over longer ones."""
PATIENCE = 2
SHORTEST = 250
"""Characters of an article that does not begin like its summary; a shorter text may be a question about cookies."""

_META = re.compile(r"<meta\b[^>]{0,1000}>", re.IGNORECASE)
_HTML_LANGUAGE = re.compile(r"""<html\b[^>]{0,1000}?\blang\s*=\s*["']?([A-Za-z][\w-]{1,30})""", re.IGNORECASE)


def complete(post: Post, client: Client, robots: Robots, now: str, *, timed_out: Counter[str] | None = None) -> Post:
    """The post with the words of its article in place of the summary, then no longer `summary_only`.

    The post as it is where the article cannot or may not be had: robots.txt, a page that asks not to be indexed or
    kept, an answer that is no article, one that says less than the summary. Never raises `Trouble`: the summary is
    there. Only a page on the feed's own site is asked for (`articles.author` gives no other its handle), so that a feed
    cannot send us to somebody else's. `timed_out` counts by host, through one round, how often there was no answer;
    after `PATIENCE` times the host is left alone.
    """
    if not post.summary_only or post.url is None or post.author is None or post.author.handle != home(post.url):
        return post
    host = host_of(post.url)
    if timed_out is not None and timed_out[host] >= PATIENCE:
        return post
    try:
        if not robots.allowed(post.url):
            return post
        response = client.get(post.url, accept="text/html, application/xhtml+xml")
    except Trouble as trouble:
        if timed_out is not None and trouble.kind == "unreachable":
            timed_out[host] += 1
        return post  # `summary_only` stays, which says it
    kind = response.headers.get("content-type", "text/html").partition(";")[0].strip().lower()
    if response.status != 200 or kind not in {"text/html", "application/xhtml+xml"} or len(response.body) > MOST_PAGE:
        return post
    page = text_of(response.body, response.headers.get("content-type", ""))
    if _unwanted(response.headers.get("x-robots-tag", "")) or any(
        "robots" in meta.lower() and _unwanted(meta) for meta in _META.findall(page[:200_000])
    ):
        return post
    found = words.read(_article(page, response.url), response.url)
    beginning = " ".join(post.text.split())[:40]
    goes_on = len(beginning) == 40 and beginning in " ".join(found.text.split())
    if len(found.text) <= len(post.text) or not (goes_on or len(found.text) >= SHORTEST):
        return post
    declared = post.language if post.language_from == "declared" else None
    html_language = _HTML_LANGUAGE.search(page[:20_000])
    declared = declared or words.declared_language(html_language[1] if html_language else None)
    language = declared or words.detected_language(f"{post.title}\n{found.text}")
    media = {medium.url: medium for medium in (*found.media, *post.media)}
    return replace(
        post,
        text=found.text,
        html=found.html,
        language=language,
        language_from="declared" if declared else "detected" if language else None,
        hashtags=words.hashtags(post.title or "", found.text, post.categories),
        links=found.links,
        media=tuple(media.values()),
        media_known=True,
        summary_only=False,
    )


def _article(page: str, url: str) -> Markup | None:
    """The part of a page that is the article."""
    import trafilatura  # takes a second to load, and few feeds need it

    try:
        found = trafilatura.extract(
            page, url=url, output_format="html", include_comments=False, include_images=True, include_links=True
        )
    except Exception:  # whatever it meets in a page that anybody may have written
        return None
    return Markup(found, is_html=True) if found else None


def _unwanted(directives: str) -> bool:
    return bool(re.search(r"\b(?:noindex|noarchive|none)\b", directives, re.IGNORECASE))
