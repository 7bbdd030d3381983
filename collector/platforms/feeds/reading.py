"""What a body is: RSS or Atom, JSON Feed, or no feed at all."""

from __future__ import annotations

from collector.http import Response
from collector.platforms import Trouble
from collector.platforms.feeds import jsonfeed, parse
from collector.platforms.feeds.identity import host_of
from collector.platforms.feeds.parse import Document
from collector.platforms.feeds.polling import KEPT_BODY, looks_like_html
from collector.platforms.feeds.scan import Refused


def document(response: Response, known: frozenset[bytes] = frozenset()) -> Document | None:
    """The feed in an answer, whatever its status and media type say; None where there is none.

    A web page is none even where feedparser would find something in it.

    Raises:
        Trouble: not_a_feed. It is made so that reading it would never end.
    """
    body = response.body
    if not body.strip() or looks_like_html(body):
        return None
    content_type = response.headers.get("content-type", "")
    if body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return jsonfeed.read(body, content_type, known)
    try:
        return parse.read(body, content_type, response.url, known)
    except Refused as refused:
        raise Trouble(
            "not_a_feed",
            f"What {host_of(response.url)} gave {refused}. It was not read.",
            http_status=response.status,
            body=body[:KEPT_BODY],
        ) from None
