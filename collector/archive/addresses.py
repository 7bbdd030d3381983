"""Web addresses as they are compared: canonical links, hosts. Pure; nothing is asked, and no platform is known.

Whether an address may be asked at all is in `collector/http/addresses.py`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from urllib.parse import quote, unquote, urlsplit

LONGEST = 4_000
"""Longer ones are no addresses that a person wrote or could follow."""
MOST_FOLDERS = 8
"""Of an address, that somebody may have asked to be left out by."""

# Parameters that say who clicked where and not what is shown. Kept short on purpose: one that is dropped wrongly
# makes two pages one.
_TRACKING = re.compile(
    r"utm_\w+|mtm_\w+|pk_\w+|hsa_\w+|mc_[ce]id|mkt_tok|fbclid|gclid|dclid|gbraid|wbraid|msclkid|yclid|twclid|ttclid"
    r"|li_fat_id|igshid|igsh|_hsenc|_hsmi|__twitter_impression|ref_src|ref_url|cmpid|ocid|s_cid|vero_id|oly_enc_id"
    r"|oly_anon_id|wt_mc",
    re.IGNORECASE,
)
_PORTS = {"http": 80, "https": 443}
MANY_PUBLISH_AT = frozenset(
    {
        "about.me", "blogger.com", "blogspot.com", "facebook.com", "ghost.io", "github.io", "instagram.com",
        "linkedin.com", "livejournal.com", "medium.com", "notion.site", "sites.google.com", "substack.com",
        "tumblr.com", "twitter.com", "typepad.com", "weebly.com", "wixsite.com", "wordpress.com", "x.com",
        "youtube.com",
    }
)  # fmt: skip
"""Hosts of which no single person or organisation can speak for everybody. What lies under `NAME.wordpress.com` and the
like is a host of its own."""

# Other views of one page: Blogger's for telephones, AMP, and what Medium's feed adds.
_VIEW = re.compile(r"m=[01]|amp(?:=1|=true)?|outputtype=amp|source=rss[\w-]*", re.IGNORECASE)
_SAFE = "/:@!$&'()*+,;=~-._"
_ADDRESS_IN_TEXT = re.compile(r"https?://[^\s<>\"]+", re.IGNORECASE)


@lru_cache(maxsize=4096)
def canonical(address: str) -> str | None:
    """The same for every way of writing one page's address; None for what is not a web address.

    https in place of http, the host in lower case, no default port, user name, fragment or tracking parameters, no
    slash at the end. What is left keeps its order and spelling: servers may tell those apart.
    """
    address = address.strip()
    if len(address) > LONGEST:
        return None
    try:
        parts = urlsplit(address)
        name, port = parts.hostname, parts.port
    except ValueError:
        return None
    scheme = parts.scheme.lower()
    if scheme not in _PORTS or not name or not name.rstrip("."):
        return None
    where = f"[{name}]" if ":" in name else name.rstrip(".")
    if port is not None and port != _PORTS[scheme]:
        where += f":{port}"
    query = "&".join(
        pair for pair in parts.query.split("&") if pair and not _TRACKING.fullmatch(pair.partition("=")[0])
    )
    return f"https://{where}{parts.path.rstrip('/')}" + (f"?{query}" if query else "")


def host(address: str | None) -> str | None:
    """The host of a web address as people name a site: lower case, without `www.`; None for anything else."""
    link = canonical(address) if address else None
    return None if link is None else site_of(link[len("https://") :].partition("/")[0].partition("?")[0])


def site_of(name: str) -> str:
    """A host's name as people name the site: lower case, without `www.` and port."""
    name = name.strip().lower().rstrip(".")
    if not name.startswith("["):
        name = name.partition(":")[0]
    return name.removeprefix("www.")


@lru_cache(maxsize=4096)
def page_of(address: str) -> str | None:
    """By which the page is known that an address leads to, however people write that address: `blog.example/caf%C3%A9`.

    Beyond `canonical`: without the scheme and `www.`, host names of other scripts as DNS has them, percent-encoding in
    one form, and without what asks for another view of the page (`?m=1`, `/amp/`). For comparing only: it may not be an
    address that a server answers.
    """
    link = canonical(address)
    if link is None:
        return None
    where, path, query = (urlsplit(link)[part] for part in (1, 2, 3))
    path = path.strip("/")
    path = _one_spelling(path, _SAFE)
    if path.endswith("/amp"):
        path = path.removesuffix("/amp").rstrip("/")
    query = "&".join(_one_spelling(pair, _SAFE + "?") for pair in query.split("&") if not _VIEW.fullmatch(pair))
    return _in_dns(where.removeprefix("www.")) + (f"/{path}" if path else "") + (f"?{query}" if query else "")


def site(address: str | None) -> str | None:
    """The host of a web address as sites are compared: as `host`, names of other scripts as DNS has them."""
    name = host(address)
    return None if name is None else _in_dns(name)


def places(address: str | None) -> Iterator[str]:
    """What an address lies under: its site, and each folder on the way to it (`medium.com`, `medium.com/@ada`).

    In lower case throughout, as most hosts of many people do not tell capitals apart in their names.
    """
    page = page_of(address) if address else None
    name = site(address)
    if page is None or name is None:
        return
    yield name
    folder = name
    for part in page.partition("?")[0].split("/")[1 : MOST_FOLDERS + 1]:
        folder += f"/{part.lower()}"
        yield folder


def source_places(locator: str) -> set[str]:
    """What a source lies under; `medium.com/feed/@ada` under `medium.com/@ada` as well."""
    found = set(places(locator))
    link = canonical(locator)
    if link is not None:
        found.update(places(re.sub(r"/(?:feeds?|rss)(?=/)", "", link)))
    return found


def needle(name: str) -> str:
    """What every spelling of a host's name holds, in lower case, for a first quick look through many addresses."""
    if name.isascii() and "xn--" not in name:
        return name
    end = name.rpartition(".")[2]
    return f".{end}" if end.isascii() and not end.startswith("xn--") else "://"


def _one_spelling(text: str, safe: str) -> str:
    if text.isascii() and "%" not in text:
        return text
    # What is not UTF-8 comes through as it is.
    plain = unicodedata.normalize("NFC", unquote(text, errors="surrogateescape"))
    return quote(plain, safe=safe, errors="surrogateescape")


def _in_dns(name: str) -> str:
    if name.isascii():
        return name
    import idna

    where, colon, port = name.partition(":")
    try:
        return idna.encode(where, uts46=True).decode() + colon + port
    except (idna.IDNAError, UnicodeError):
        return name


def without_tracking(text: str) -> str:
    """A text with the addresses in it made canonical, so that a changed tracking parameter is no edit."""
    if "://" not in text:
        return text
    return _ADDRESS_IN_TEXT.sub(lambda found: canonical(found[0]) or found[0], text)
