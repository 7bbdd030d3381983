"""Which addresses may be asked at all: a URL made tidy and safe to send, and the machines that are nobody's blog.

Pure: nothing is looked up or connected to here. `Client` asks `tidy` about every URL, also after each redirect, and
`forbidden` about the numeric address it is about to connect to, so that no name can lead anywhere else in between.
"""

from __future__ import annotations

import contextlib
import re
import socket
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import NamedTuple
from urllib.parse import quote, urljoin, urlsplit

from collector.platforms import Trouble

DEFAULT_PORTS = {"http": 80, "https": 443}
LONGEST_URL = 8_000

_HOST = re.compile(r"(?=.{1,253}$)[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*")
_STRAY_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_CREDENTIALS = re.compile(r"//[^/?#]*@")
_LINE_BREAKS = {ord(c): None for c in "\t\r\n"}
_BLANKS = "".join(map(chr, range(0x21))) + "\u00a0\ufeff"
# What RFC 3986 lets stand in a path or query; everything else is percent-encoded. An existing %XX stays as it is.
_SAFE_IN_PATH = "/:@!$&'()*+,;=~-._%"
_SAFE_IN_QUERY = _SAFE_IN_PATH + "?"


class Target(NamedTuple):
    """A URL taken apart, tidy, and fit to be sent."""

    scheme: str
    host: str
    """ASCII, lower case; an IPv6 address without brackets."""
    port: int
    path: str
    """What stands in the request line: path and query."""

    @property
    def authority(self) -> str:
        """The value of the Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.authority}{self.path}"


def tidy(url: str) -> Target:
    """The URL ready to be sent: spaces and other scripts encoded, the fragment gone, names of other scripts in IDNA.

    Raises:
        Trouble: unsafe. Not http or https, not a URL, or with a user name and password in it, which are never sent.
    """
    return _tidy(url, shown=url, drop_credentials=False)


def follow(base: Target, location: str) -> Target:
    """Where a redirect leads. A user name and password in it are dropped.

    Raises:
        Trouble: unsafe, as `tidy`.
    """
    # Header values arrive as Latin-1; servers that put raw UTF-8 into Location mean UTF-8.
    with contextlib.suppress(UnicodeError):
        location = location.encode("latin-1").decode("utf-8")
    try:
        joined = urljoin(base.url, location.strip())
    except ValueError:
        joined = location
    return _tidy(joined, shown=location, drop_credentials=True)


def _tidy(url: str, *, shown: str, drop_credentials: bool) -> Target:
    text = url.translate(_LINE_BREAKS).strip(_BLANKS)
    if len(text) > LONGEST_URL:
        raise Trouble("unsafe", f"The address {_short(shown)} has over {LONGEST_URL:,} characters. It is not asked.")
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise Trouble("unsafe", f"{_short(shown)} is not a web address that can be read.") from None
    scheme = parts.scheme.lower()
    if scheme not in DEFAULT_PORTS or not host:
        raise Trouble(
            "unsafe",
            f"{_short(shown)} is not a web address beginning with http:// or https://. Nothing else is ever asked.",
        )
    if "@" in parts.netloc and not drop_credentials:
        raise Trouble(
            "unsafe",
            f"The address of {_short(host)} holds a user name or password, which are never sent. "
            "Write the address without them.",
        )
    if port == 0:
        raise Trouble("unsafe", f"{_short(shown)} names the port 0, which no web server has.")
    if "[" in parts.netloc and ":" not in host:
        raise _no_name(host)
    path = _quoted(parts.path, _SAFE_IN_PATH) or "/"
    if parts.query:
        path += "?" + _quoted(parts.query, _SAFE_IN_QUERY)
    return Target(scheme, _host(host), port or DEFAULT_PORTS[scheme], path if path[0] == "/" else "/" + path)


def _quoted(text: str, safe: str) -> str:
    return quote(_STRAY_PERCENT.sub("%25", text), safe=safe, errors="replace")


def _host(host: str) -> str:
    """The name as it goes to DNS, or the numeric address in its ordinary form."""
    if ":" in host:
        try:
            number = IPv6Address(host)
        except ValueError:
            raise _no_name(host) from None
        if number.scope_id is not None:
            raise _no_name(host)
        return str(number)
    if not host.isascii():
        import idna  # only few need it, and its tables are large

        try:
            host = idna.encode(host[:1000], uts46=True).decode("ascii")
        except (idna.IDNAError, UnicodeError):
            raise _no_name(host) from None
    host = host.lower().rstrip(".")
    if not _HOST.fullmatch(host):
        raise _no_name(host)
    return literal(host) or host


def _no_name(host: str) -> Trouble:
    return Trouble("unsafe", f"{_short(host)} is not the name of a web server.")


def literal(host: str) -> str | None:
    """The numeric address that a host is, also when written `2130706433`, `0x7f.1` or `0177.0.0.1`; None for a name."""
    if ":" in host:
        return host
    try:
        # What the system's own resolver takes for a number, so that both agree.
        return str(IPv4Address(socket.inet_aton(host)))
    except OSError:
        return None


def is_loopback(host: str) -> bool:
    """Whether it is plainly this computer, which no proxy is asked to reach."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    number = literal(host)
    return number is not None and ip_address(number).is_loopback


# Why each network is nobody's blog. IANA's special-purpose registries (RFC 6890 and after), written out because what
# Python's is_private and is_global say has changed between its versions.
_PRIVATE = "an address inside a private network"
_HERE = "this computer itself"
_LINK = "an address of the local network segment"
_RESERVED = "an address that is reserved and belongs to no web server"
_TUNNEL = "an address of an old tunnel into other networks"
_IPV4: tuple[tuple[IPv4Network, str], ...] = tuple(
    (IPv4Network(network), why)
    for network, why in (
        ("0.0.0.0/8", _HERE),
        ("10.0.0.0/8", _PRIVATE),
        ("100.64.0.0/10", _PRIVATE),
        ("127.0.0.0/8", _HERE),
        ("168.63.129.16/32", "the inside of a cloud provider"),
        ("169.254.0.0/16", _LINK),
        ("172.16.0.0/12", _PRIVATE),
        ("192.0.0.0/24", _RESERVED),
        ("192.0.2.0/24", _RESERVED),
        ("192.88.99.0/24", _TUNNEL),
        ("192.168.0.0/16", _PRIVATE),
        ("198.18.0.0/15", _RESERVED),
        ("198.51.100.0/24", _RESERVED),
        ("203.0.113.0/24", _RESERVED),
        ("224.0.0.0/4", "an address for many receivers at once"),
        ("240.0.0.0/4", _RESERVED),
    )
)
_IPV6: tuple[tuple[IPv6Network, str], ...] = tuple(
    (IPv6Network(network), why)
    for network, why in (
        ("::/128", _HERE),
        ("::1/128", _HERE),
        ("fc00::/7", _PRIVATE),
        ("fe80::/10", _LINK),
        ("fec0::/10", _PRIVATE),
        ("ff00::/8", "an address for many receivers at once"),
        ("2001::/23", _TUNNEL),  # Teredo and other protocol assignments
        ("2001:db8::/32", _RESERVED),
        ("2002::/16", _TUNNEL),  # 6to4
        ("3fff::/20", _RESERVED),
    )
)
_MAPPED = IPv6Network("::ffff:0:0/96")
_NAT64 = IPv6Network("64:ff9b::/96")
_PUBLIC_IPV6 = IPv6Network("2000::/3")


def forbidden(address: str) -> str | None:
    """What kind of place a numeric address is that must not be asked, in words; None when it is a public address.

    An IPv6 address that carries an IPv4 one (mapped, or translated by NAT64 as on many mobile networks) is judged by
    the address it carries. Teredo and 6to4, which could carry one as well, are refused whole: no web server is there.
    """
    try:
        number = ip_address(address.partition("%")[0])
    except ValueError:
        return _RESERVED
    if isinstance(number, IPv6Address):
        if number in _MAPPED or number in _NAT64:
            number = IPv4Address(int(number) & 0xFFFFFFFF)
        else:
            return next((why for network, why in _IPV6 if number in network), None) or (
                None if number in _PUBLIC_IPV6 else _RESERVED
            )
    return next((why for network, why in _IPV4 if number in network), None)


def _short(text: str) -> str:
    """Something from outside, fit for a message: one line, printable, not long, no password in it."""
    clean = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text[:1000].strip())
    clean = _CREDENTIALS.sub("//", clean)
    return f"“{clean[:80]}…”" if len(clean) > 80 else f"“{clean}”"
