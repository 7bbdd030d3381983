"""How a feed is asked for again: conditional requests as real servers answer them, moves, and what an answer means.
Pure.

What is remembered of a source between rounds is `Memory`; each function takes it and says what changes.

Servers and conditions (RFC 9110, 13), as they are met:

* WordPress wants every validator that is sent to match, so that a right ETag beside a wrong date gets the whole feed.
  Only what came with the last whole answer is sent, word for word.
* Behind nginx's or Apache's compression `"x"` becomes `W/"x"` or `"x-gzip"`, which the program behind does not know
  again. A condition that was answered with the same feed in whole is never sent again: the next of `conditions` is.
* Some servers answer 304 for ever. Once a day the feed is asked for without condition; if that shows new entries under
  the old validators, this server's are not used any more.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import timedelta

from msgspec import Struct
from msgspec.structs import replace

from collector.http import Response, freshness, retry_after
from collector.platforms import Trouble
from collector.platforms.feeds.identity import host_of
from collector.posts import moment

SIGHTINGS = 2
"""A feed has moved for good when it was redirected so, to the same place, so many times in a row."""
WHOLE_EVERY = timedelta(hours=24)
KEPT_BODY = 65_536
ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, "
    "application/json;q=0.8, text/xml;q=0.8, text/html;q=0.5, */*;q=0.1"
)

_COMPRESSED = re.compile(r'(?:--?|;)(?:gzip|br|zstd|deflate)"$')


class Memory(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is remembered of a feed between rounds. All text; empty is nothing."""

    feed_url: str = ""
    """Where the feed is, where that is not the address as configured: found by discovery, or moved."""
    moved_to: str = ""
    moved_seen: str = ""
    etag: str = ""
    last_modified: str = ""
    condition: str = ""
    """Which of `conditions` is sent: its number."""
    body: str = ""
    """Hash of the last whole answer."""
    entries: str = ""
    """How many entries that had."""
    whole_at: str = ""
    """When that was."""
    asked_at: str = ""
    """When the feed was last asked, whole or not."""
    oldest: str = ""
    """How far back that reached."""
    period: str = ""
    """How often the feed says it wants to be asked, in seconds."""
    deepest: str = ""
    """The page of older entries that was read last, where there are more."""
    read_back_at: str = ""
    """When all that the feed lists, and its pages of the last weeks, were last read again."""
    looked_for: str = ""
    """The day on which posts that are no longer listed were looked for, and short hashes of their URIs."""

    @classmethod
    def of(cls, remembered: Mapping[str, str]) -> Memory:
        return cls(**{name: value for name, value in remembered.items() if name in cls.__struct_fields__})

    def changes(self, before: Mapping[str, str]) -> dict[str, str | None]:
        """What of `Task.memory` changes to make it this."""
        now = {name: value for name in self.__struct_fields__ if (value := getattr(self, name))}
        changed: dict[str, str | None] = {name: value for name, value in now.items() if before.get(name) != value}
        return changed | {name: None for name in self.__struct_fields__ if name in before and name not in now}

    def number(self, name: str) -> int:
        text = getattr(self, name)
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def conditions(memory: Memory) -> list[dict[str, str]]:
    """The ways to ask whether a feed has changed, the most usual first. The last one is not to ask."""
    tag, since = memory.etag, memory.last_modified
    strong = tag.removeprefix("W/")
    tags = [tag, strong, _COMPRESSED.sub('"', strong)]
    both = [{"If-None-Match": one, "If-Modified-Since": since} for one in tags] if tag and since else []
    tag_alone = [{"If-None-Match": one} for one in reversed(tags)] if tag else []
    date_alone = [{"If-Modified-Since": since}] if since else []
    found: list[dict[str, str]] = []
    for one in [*both, *tag_alone, *date_alone]:
        if one not in found:
            found.append(one)
    return [*found, {}]


def condition(memory: Memory, now: str) -> dict[str, str]:
    """The headers to ask with. None where the whole feed is wanted: it is the first time, or a day since it was had."""
    if is_daily(memory.whole_at, now):
        return {}
    ways = conditions(memory)
    return ways[min(memory.number("condition"), len(ways) - 1)]


def is_daily(at: str, now: str) -> bool:
    """Whether what was last done at a moment, and is done once a day, is to be done now."""
    return not at or at > now or moment(now) - moment(at) >= WHOLE_EVERY


def body_hash(body: bytes) -> str:
    return hashlib.blake2b(body, digest_size=16).hexdigest()


def after_whole(memory: Memory, response: Response, sent: Mapping[str, str], now: str) -> Memory:
    """Memory after an answer in whole: its validators, and whether the condition that was `sent` was understood."""
    etag, since = response.headers.get("etag", ""), response.headers.get("last-modified", "")
    hash_ = body_hash(response.body)
    number = memory.number("condition")
    same_feed = hash_ == memory.body or _same_validator(memory, etag, since)
    if sent and same_feed:
        number += 1
    return replace(
        memory,
        etag=etag,
        last_modified=since,
        condition=str(number) if number else "",
        body=hash_,
        whole_at=now,
        asked_at=now,
    )


def frozen(memory: Memory, response: Response, sent: Mapping[str, str]) -> bool:
    """Whether an unconditional answer that held new entries came with the validators of the old ones."""
    etag, since = response.headers.get("etag", ""), response.headers.get("last-modified", "")
    return (
        not sent
        and bool(memory.body)
        and body_hash(response.body) != memory.body
        and _same_validator(memory, etag, since)
    )


def without_conditions(memory: Memory) -> Memory:
    """Memory of a server whose answers to conditions cannot be trusted."""
    return replace(memory, condition="99")


def after_move(memory: Memory, response: Response, asked: str) -> tuple[Memory, str]:
    """Memory after an answer that may have come through a permanent redirect, and what to say of it."""
    target = response.permanent_url
    if not target or target == asked:
        return replace(memory, moved_to="", moved_seen=""), ""
    seen = memory.number("moved_seen") + 1 if memory.moved_to == target else 1
    if seen < SIGHTINGS:
        return replace(memory, moved_to=target, moved_seen=str(seen)), ""
    return replace(memory, feed_url=target, moved_to="", moved_seen=""), f"The feed has moved for good to {target}."


def wait(response: Response, period: int | None) -> int | None:
    """The soonest the feed wants to be asked again: the longest of what server and feed say, in seconds."""
    return max((seconds for seconds in (freshness(response), period) if seconds is not None), default=None)


def trouble(response: Response, now: str, what: str = "feed") -> Trouble | None:
    """What is wrong with an answer, by its status; None where nothing is."""
    status = response.status
    if status == 200:
        return None
    host = host_of(response.url) or response.url
    later = retry_after(response, now)
    body = response.body[:KEPT_BODY] or None

    def of(kind: str, message: str) -> Trouble:
        return Trouble(kind, message, http_status=status, retry_after_seconds=later, body=body)  # type: ignore[arg-type]

    if status == 404:
        return of("not_found", f"{host} has no {what} at this address any more (404).")
    if status == 410:
        return of("gone", f"{host} says that the {what} is gone for good (410).")
    if status == 429 or (status == 503 and later is not None):
        return of("rate_limited", f"{host} asks to be left alone for a while ({status}).")
    if status >= 500:
        return of("server_error", f"{host} has a fault and could not give the {what} ({status}).")
    if status in {401, 403, 407, 451} or 400 <= status < 500:
        return of("refused", f"{host} refuses to give the {what} ({status}).")
    if status == 304:
        return of("not_a_feed", f"{host} says that the {what} has not changed, to a request for the whole of it (304).")
    return of("not_a_feed", f"{host} gave no {what} but the answer {status}.")


def not_a_feed(response: Response, what: str = "feed") -> Trouble:
    """A 200 without a feed in it."""
    host = host_of(response.url) or response.url
    if not response.body.strip():
        message = f"{host} gave an empty answer where the {what} should be."
    elif looks_like_html(response.body):
        message = f"{host} gave a web page where the {what} should be."
    else:
        message = f"{host} gave something that is no {what}."
    return Trouble("not_a_feed", message, http_status=response.status, body=response.body[:KEPT_BODY] or None)


def looks_like_html(body: bytes) -> bool:
    """Whether a document says that it is a web page."""
    beginning = re.sub(rb"<!--.*?(?:-->|\Z)", b"", body[:4096], flags=re.DOTALL).lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    beginning = re.sub(rb"^<\?xml[^>]*>\s*", b"", beginning)
    return beginning.startswith((b"<!doctype html", b"<html", b"<head", b"<body"))


def _same_validator(memory: Memory, etag: str, since: str) -> bool:
    if memory.etag or etag:
        return memory.etag.removeprefix("W/") == etag.removeprefix("W/")
    return bool(since) and since == memory.last_modified
