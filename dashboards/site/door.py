"""Who is let in, and what every answer says about itself: the ASGI layer around Datasette.

The pages have no password: what keeps them private is that they listen on loopback. A website that a colleague visits
could still reach them through that colleague's browser, by a name that it points at 127.0.0.1 (DNS rebinding), by a
form, or by an image or script tag. So a request must name a host that we know, a form must come from our own pages, and
only our own pages may load ours in the background.
"""

from __future__ import annotations

import csv
import io
import ipaddress
from collections.abc import Awaitable, Callable, Collection, MutableMapping
from typing import Any
from urllib.parse import unquote_plus, urlsplit

from dashboards.site import visitors
from dashboards.site.words import harmless

Message = MutableMapping[str, Any]
Send = Callable[[Message], Awaitable[None]]
Receive = Callable[[], Awaitable[Message]]
App = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""No page of ours, Datasette's included, needs a script, an inline style, or anything from elsewhere."""

HEADERS = (
    (b"content-security-policy", CONTENT_SECURITY_POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
)

csv.field_size_limit(10_000_000)  # for the whole process; a blog's article may be longer than the usual 131,072

QUERY_BYTES = 40_000
QUERY_COMMENTS = 100

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class Door:
    """Refuses strangers' requests, and adds the security headers to every answer."""

    def __init__(self, app: App, hosts: Collection[str] = (), csv_under: Collection[str] = ()) -> None:
        """`hosts`: names beside loopback's by which the pages may be asked for, without port. `csv_under`: the first
        parts of the addresses whose CSV files Datasette writes."""
        self._app = app
        self._hosts = frozenset(host.lower() for host in hosts)
        self._csv_under = frozenset(csv_under)

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
            return
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]]
        problem = refusal(scope["method"], headers, self._hosts) or overlong(scope["query_string"])
        if problem is None and scope["method"] not in SAFE_METHODS:
            problem = 405, "These pages show the archive. Nothing can be changed here."
        if problem:
            await _refuse(send, *problem)
            return
        path = scope["path"]
        visitors.drawing.set("." not in path.rpartition("/")[2])
        as_csv = path.endswith(".csv") and path.removesuffix(".csv").split("/")[1] in self._csv_under

        neutralise = False

        async def send_guarded(message: Message) -> None:
            nonlocal neutralise
            if message["type"] == "http.response.start":
                ours = {name for name, _ in HEADERS}
                kept = [pair for pair in message.get("headers", []) if pair[0].lower() not in ours]
                said = dict(kept).get(b"content-type", b"")
                # Datasette says text/plain of a CSV file that is to be shown and not kept; errors are pages.
                neutralise = as_csv and said.startswith((b"text/csv", b"text/plain"))
                message = {**message, "headers": [*kept, *HEADERS]}
            elif neutralise and message.get("body"):
                message = {**message, "body": harmless_rows(message["body"])}
            await send(message)

        await self._app(scope, receive, send_guarded)


def refusal(method: str, headers: Collection[tuple[str, str]], hosts: Collection[str]) -> tuple[int, str] | None:
    """Status and words for a request that is not let in; None for one that is."""
    named = [value for name, value in headers if name == "host"]
    if len(named) != 1 or not host_is_ours(named[0], hosts):
        return 421, (
            "These pages are private to the computer they run on, and answer only to its own address, such as "
            "http://127.0.0.1:8001/. This request asked for another name."
        )
    said = dict(headers)
    site = said.get("sec-fetch-site", "none")
    origin = said.get("origin")
    if method not in SAFE_METHODS:
        elsewhere = site not in ("same-origin", "none") or (origin is not None and urlsplit(origin).netloc != named[0])
        return (403, "A form on another website may not change anything here.") if elsewhere else None
    if site in ("cross-site", "same-site") and said.get("sec-fetch-mode", "navigate") != "navigate":
        return 403, "Another website may link to these pages, but not load them in the background."
    return None


def overlong(query: bytes) -> tuple[int, str] | None:
    """Status and words for an address with more SQL than anybody writes; None for any other.

    Datasette looks for comments by an expression whose time grows with the square of their number, and all pages wait.
    """
    if len(query) <= QUERY_BYTES and unquote_plus(query.decode("latin-1")).count("/*") <= QUERY_COMMENTS:
        return None
    return 414, f"The SQL is too long: at most {QUERY_BYTES:,} characters and {QUERY_COMMENTS} comments fit."


def host_is_ours(host: str, hosts: Collection[str]) -> bool:
    """Whether a Host header names loopback or one of `hosts`, with or without a port."""
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return False
    if name == "localhost" or name in hosts:
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def harmless_rows(chunk: bytes) -> bytes:
    """Rows of a CSV file in which no cell is a formula. Datasette sends whole rows."""
    out = io.StringIO()
    writer = csv.writer(out)
    for row in csv.reader(io.StringIO(chunk.decode("utf-8"), newline="")):
        writer.writerow([harmless(cell) for cell in row])
    return out.getvalue().encode("utf-8")


async def _refuse(send: Send, status: int, words: str) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"cache-control", b"no-store"), *HEADERS]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": f"{words}\n".encode()})
