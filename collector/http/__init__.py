"""The one polite HTTP client: every request that the project makes goes through it.

It keeps to a deadline for the whole call, to caps before and after unpacking, to a number of requests at a time for
each host, and to public addresses, after redirects as well; it says who is asking. What an answer means is for the
platforms to say: 4xx and 5xx are answers too, and `Trouble` is raised only where there is no answer that can be used.

The bytes are `wire.py`'s, unpacking is `unpacking.py`'s, which addresses may be asked is `addresses.py`'s, and what a
failure means in words is `failures.py`'s. When to ask again is decided by rounds; nothing here waits or tries again,
except once on a kept connection that had died.
"""

from __future__ import annotations

import base64
import contextlib
import http.client
import re
import ssl
import threading
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from time import monotonic
from typing import NamedTuple
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

from msgspec import Struct

from collector.campaign import Fetching
from collector.http.addresses import Target, follow, forbidden, is_loopback, literal, tidy
from collector.http.answers import Answer, Exchange, Headers
from collector.http.failures import Stopped, Surplus, explained, not_public, stopped
from collector.http.unpacking import TooMuch, Unpacker, in_words
from collector.http.wire import Connection, SecureConnection, look_up, trust, trust_once
from collector.platforms import Trouble
from collector.posts import moment

_CHUNK = 64 * 1024
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PERMANENT = frozenset({301, 308})
_IDLE_SECONDS = 60.0
_IDLE_CONNECTIONS = 32
_PROXIES_SECONDS = 60.0
_LONGEST_WAIT = 366 * 24 * 3600
_SECRETS = frozenset({"authorization", "cookie", "proxy-authorization"})


class Response(Struct, frozen=True, kw_only=True):
    """A whole answer: never part of one. A body that did not arrive whole is `Trouble`, not a Response."""

    status: int
    url: str
    """Where the answer came from, after all redirects."""
    headers: Mapping[str, str]
    """Names in any case."""
    body: bytes
    """Unpacked. Of an error status (400 and above) it is empty when it could not be had whole: the status counts."""
    wire_bytes: int
    """All that was received for it, heads and redirects included."""
    permanent_url: str | None
    """Where the asked URL has moved for good: the end of the unbroken chain of 301 and 308 that began at it."""
    requests: int
    """How many requests it took."""


class Client:
    """Asks politely and safely; may be used by many threads at once.

    `close`, from any thread, ends what is under way within moments; those calls raise `Trouble`.
    """

    def __init__(self, fetching: Fetching, contact: str | None = None) -> None:
        self._fetching = fetching
        agent = f"{fetching.user_agent} ({contact})" if contact else fetching.user_agent
        self.user_agent = "".join(c if c.isascii() and c.isprintable() else "?" for c in agent)
        self._lock = threading.Lock()
        self._turns = _Turns(max(1, fetching.per_host))
        self._under_way: set[Exchange] = set()
        self._idle: list[tuple[tuple[object, ...], Connection, float]] = []
        self._trust: ssl.SSLContext | None = None
        self._trust_known = False
        self._proxies: dict[str, str] = {}
        self._proxies_until = 0.0
        self._closed = False

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Ends everything: kept connections, requests under way, and those that wait for their turn."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
            under_way = list(self._under_way)
        for exchange in under_way:
            exchange.stop()
        self._turns.close()
        for _, connection, _ in idle:
            connection.close()

    def get(self, url: str, *, headers: Mapping[str, str] | None = None, accept: str | None = None) -> Response:
        """Asks for a URL and follows its redirects.

        Args:
            url: http or https. Spaces and other scripts may be in it.
            headers: sent besides the client's own, such as validators. Authorization and cookies stay with the host
                they were meant for.
            accept: the media types that are wanted.

        Raises:
            Trouble: unreachable (no whole answer: name, connection, TLS, deadline, damage), too_large, or unsafe
                (an address that may not be asked). The message is for people.
        """
        target = tidy(url)
        sent = {
            "User-Agent": self.user_agent,
            "Accept": accept or "*/*",
            "Accept-Encoding": "gzip, deflate",
            **(headers or {}),
        }
        exchange = Exchange(self._fetching.deadline_seconds, self._fetching.max_bytes)
        with self._lock:
            if self._closed:
                raise stopped(target.host)
            self._under_way.add(exchange)
        try:
            return self._follow(target, sent, exchange)
        finally:
            with self._lock:
                self._under_way.discard(exchange)

    # One call: the chain of redirects

    def _follow(self, target: Target, headers: dict[str, str], exchange: Exchange) -> Response:
        first, seen = target, {target.url}
        permanent: str | None = None
        unbroken = True
        requests = 0
        for _ in range(self._fetching.max_redirects + 1):
            try:
                with self._turns.turn(target.host, exchange):
                    answer = self._ask(target, headers, exchange)
            except Trouble:
                raise
            except Exception as error:
                # What closing broke off looks like a fault of the network.
                met = Stopped() if self._closed else error
                if trouble := explained(met, target.host, self._fetching.deadline_seconds):
                    raise trouble from error
                raise
            requests += answer.requests
            location = answer.headers.get("location", "")
            if answer.status not in _REDIRECTS or not location:
                return Response(
                    status=answer.status,
                    url=target.url,
                    headers=answer.headers,
                    body=answer.body,
                    wire_bytes=exchange.received,
                    permanent_url=permanent,
                    requests=requests,
                )
            before, target = target, follow(target, location)
            unbroken = unbroken and answer.status in _PERMANENT
            if unbroken:
                permanent = target.url
            if target.url in seen:
                raise Trouble("unreachable", f"{first.host} sends the asker round in a circle of redirects.")
            seen.add(target.url)
            if before[:3] != target[:3]:
                headers = {name: value for name, value in headers.items() if name.lower() not in _SECRETS}
        raise Trouble(
            "unreachable", f"{first.host} redirects more than {self._fetching.max_redirects} times, without an end."
        )

    # One hop

    def _ask(self, target: Target, headers: dict[str, str], exchange: Exchange) -> _Hop:
        proxy = self._proxy(target)
        path = target.path
        headers = {"Host": target.authority, **headers}
        if proxy is not None and target.scheme == "http":
            path = target.url
            headers |= proxy.headers
        key = (target.scheme, proxy) if proxy and target.scheme == "http" else (*target[:3], proxy)
        before = exchange.received
        requests = 0
        while True:
            connection = self._kept(key) if requests == 0 else None
            kept = connection is not None
            if connection is None:
                connection = self._connected(target, proxy, exchange)
            try:
                connection.prepare(exchange)
                requests += 1
                answer = connection.ask(path, headers)
            except (ConnectionError, ssl.SSLEOFError, ssl.SSLZeroReturnError):
                connection.close()
                if kept and exchange.received == before and not exchange.stopped:
                    continue  # the server had closed it meanwhile, which is its right: asked anew, once
                raise
            except BaseException:
                connection.close()
                raise
            try:
                hop = self._read(answer, requests)
            except BaseException:
                answer.close()
                connection.close()
                raise
            if answer.isclosed() and not answer.will_close and not answer.reader.surplus:
                self._keep(key, connection)
            else:
                answer.close()
                connection.close()
            if hop.status == http.client.PROXY_AUTHENTICATION_REQUIRED:
                raise OSError(f"{hop.status} Proxy Authentication Required")
            return hop

    def _read(self, answer: Answer, requests: int) -> _Hop:
        """What a hop gave: its body, where it matters."""
        status, headers = answer.status, answer.headers
        if status < 200:
            raise http.client.UnknownProtocol(str(status))
        if status in _REDIRECTS and "location" in headers:
            # Nobody reads it; a short one is taken off the connection so that it can be kept.
            if answer.length is not None and answer.length <= _CHUNK:
                with contextlib.suppress(OSError, http.client.HTTPException, ValueError):
                    answer.read(_CHUNK)
            return _Hop(status, headers, b"", requests)
        try:
            body = self._body(answer, headers)
        except Stopped:
            raise
        except Exception:
            if status < 400:
                raise
            body = b""
        return _Hop(status, headers, body, requests)

    def _body(self, answer: Answer, headers: Headers) -> bytes:
        if answer.length is not None and answer.length > self._fetching.max_bytes:
            raise TooMuch(
                f"announces {in_words(answer.length)}, more than the {in_words(self._fetching.max_bytes)} taken"
            )
        unpacker = Unpacker(headers.get("content-encoding", ""), self._fetching.max_decompressed_bytes)
        announced, taken = answer.length, 0
        while chunk := answer.read(_CHUNK):
            taken += len(chunk)
            if taken > self._fetching.max_bytes:
                raise TooMuch(f"sent more than {in_words(self._fetching.max_bytes)}")
            unpacker.feed(chunk)
        if answer.length:
            raise http.client.IncompleteRead(b"", answer.length)
        if announced is not None and answer.surplus:
            raise Surplus
        return unpacker.finish()

    # Connections

    def _connected(self, target: Target, proxy: _Proxy | None, exchange: Exchange) -> Connection:
        """A new connection, to an address that has been judged: the one that is connected to, not one looked up again.

        Behind a proxy only the proxy is connected to, which the system vouches for; names are looked up there.
        """
        if proxy is None:
            places = look_up(target.host, target.port, exchange)
            if not self._fetching.allow_private_addresses:
                for place in places:
                    if why := forbidden(place.number):
                        raise not_public(target.host, place.number, why)
            host, port = target.host, target.port
        else:
            if not self._fetching.allow_private_addresses:
                number = literal(target.host)
                if number and (why := forbidden(number)):
                    raise not_public(target.host, number, why)
            host, port = proxy.host, proxy.port
            try:
                places = look_up(host, port, exchange)
            except OSError as error:
                raise _proxy_away(proxy) from error
        connection: Connection
        if target.scheme == "https":
            connection = SecureConnection(host, port, ssl_context=self._tls())
            if proxy is not None:
                connection.set_tunnel(target.host, target.port, headers=proxy.headers)
        else:
            connection = Connection(host, port)
        connection.prepare(exchange, places)
        try:
            connection.connect()
        except BaseException as error:
            connection.close()
            if proxy is not None and isinstance(error, ConnectionError):
                raise _proxy_away(proxy) from error
            raise
        return connection

    def _tls(self) -> ssl.SSLContext:
        with self._lock:
            if not self._trust_known:
                self._trust, self._trust_known = trust(), True
            shared = self._trust
        return shared if shared is not None else trust_once()

    def _kept(self, key: tuple[object, ...]) -> Connection | None:
        """A connection that was kept for this, if it is still alive."""
        while True:
            with self._lock:
                at = next((at for at in range(len(self._idle) - 1, -1, -1) if self._idle[at][0] == key), None)
                if at is None:
                    return None
                _, connection, since = self._idle.pop(at)
            # Anything to be read from an idle connection is its end, or an answer that nobody asked for.
            if monotonic() - since < _IDLE_SECONDS and connection.is_connected:
                return connection
            connection.close()

    def _keep(self, key: tuple[object, ...], connection: Connection) -> None:
        surplus: Connection | None = connection
        with self._lock:
            if not self._closed:
                self._idle.append((key, connection, monotonic()))
                surplus = self._idle.pop(0)[1] if len(self._idle) > _IDLE_CONNECTIONS else None
        if surplus is not None:
            surplus.close()

    def _proxy(self, target: Target) -> _Proxy | None:
        """The system's proxy for this target, if there is one."""
        with self._lock:
            if monotonic() >= self._proxies_until:
                # Read again now and then: a laptop changes networks. On Windows and macOS reading them takes a while.
                self._proxies, self._proxies_until = getproxies(), monotonic() + _PROXIES_SECONDS
            url = self._proxies.get(target.scheme) or self._proxies.get("all")
        if not url or is_loopback(target.host) or proxy_bypass(f"{target.host}:{target.port}"):
            return None
        return _read_proxy(url)


class _Hop(NamedTuple):
    status: int
    headers: Headers
    body: bytes
    requests: int


class _Proxy(NamedTuple):
    host: str
    port: int
    authorization: str

    @property
    def headers(self) -> dict[str, str]:
        return {"Proxy-Authorization": self.authorization} if self.authorization else {}


def _read_proxy(url: str) -> _Proxy:
    """The system's proxy setting: an address, often without its scheme, sometimes with a name and password."""
    try:
        parts = urlsplit(url if "://" in url else f"http://{url}")
        host, port = parts.hostname, parts.port or 80
    except ValueError:
        host, port = None, 0
    if not host or parts.scheme != "http":
        raise Trouble(
            "unreachable",
            "This computer's settings name a proxy that coproweek cannot use: only those whose address begins with "
            "http:// are understood.",
        )
    authorization = ""
    if parts.username:
        pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        authorization = "Basic " + base64.b64encode(pair.encode()).decode("ascii")
    return _Proxy(host, port, authorization)


def _proxy_away(proxy: _Proxy) -> Trouble:
    return Trouble("unreachable", f"The proxy that this computer's settings name, {proxy.host}, does not answer.")


class _Turns:
    """So many at a time for each host; the others wait."""

    def __init__(self, per_host: int) -> None:
        self._per_host = per_host
        self._busy: dict[str, int] = {}
        self._changed = threading.Condition()
        self._closed = False

    @contextlib.contextmanager
    def turn(self, host: str, exchange: Exchange) -> Iterator[None]:
        """Waits for a turn, which the exchange's deadline does not count, and holds it."""
        with self._changed:
            if self._busy.get(host, 0) >= self._per_host:
                since = monotonic()
                while self._busy.get(host, 0) >= self._per_host and not self._closed:
                    self._changed.wait()
                exchange.extend(monotonic() - since)
            if self._closed:
                raise Stopped
            self._busy[host] = self._busy.get(host, 0) + 1
        try:
            yield
        finally:
            with self._changed:
                self._busy[host] -= 1
                if not self._busy[host]:
                    del self._busy[host]
                self._changed.notify_all()

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify_all()


# What servers say about when to come back


def retry_after(response: Response, now: str) -> int | None:
    """Seconds that Retry-After asks to wait, from a number or an HTTP date; None where it is absent or unreadable.

    Never negative, and at most a year and a day. RFC 9110, 10.2.3.
    """
    value = response.headers.get("retry-after", "").strip()
    if re.fullmatch(r"[0-9]+", value):
        return _bounded(value)
    when = _http_date(value)
    if when is None:
        return None
    return min(max(0, int((when - moment(now)).total_seconds())), _LONGEST_WAIT)


def freshness(response: Response) -> int | None:
    """Seconds for which the answer says it stays fresh, by Cache-Control, else Expires; None where it does not say.

    The time it has spent in caches (Age) is taken off; `no-cache` and `no-store` are 0. RFC 9111, 4.2.
    """
    headers = response.headers
    control = headers.get("cache-control", "").lower()
    if re.search(r"(?:^|[\s,])no-(?:cache|store)(?:$|[\s,])", control):
        return 0
    age = headers.get("age", "").strip()
    spent = _bounded(age) if re.fullmatch(r"[0-9]+", age) else 0
    if found := re.search(r'(?:^|[\s,])max-age\s*=\s*"?([0-9]+)', control):
        return max(0, _bounded(found.group(1)) - spent)
    if "expires" in headers:
        expires, date = _http_date(headers["expires"]), _http_date(headers.get("date", ""))
        if expires is None:
            return 0  # "0" and other unreadable dates mean that it has expired
        if date is None:
            return None
        return min(max(0, int((expires - date).total_seconds()) - spent), _LONGEST_WAIT)
    return None


def _bounded(digits: str) -> int:
    return _LONGEST_WAIT if len(digits) > 9 else min(int(digits), _LONGEST_WAIT)


def _http_date(text: str) -> datetime | None:
    try:
        when = parsedate_to_datetime(text)
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
    return when if when.tzinfo else when.replace(tzinfo=UTC)
