"""Web addresses as they are compared: canonical links, hosts. Pure; nothing is asked, and no platform is known.

Whether an address may be asked at all is in `collector/addresses.py`.
"""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import urlsplit

LONGEST = 4_000
"""Longer ones are no addresses that a person wrote or could follow."""

# Parameters that say who clicked where and not what is shown. Kept short on purpose: one that is dropped wrongly
# makes two pages one.
_TRACKING = re.compile(
    r"utm_\w+|mtm_\w+|pk_\w+|hsa_\w+|mc_[ce]id|mkt_tok|fbclid|gclid|dclid|gbraid|wbraid|msclkid|yclid|twclid|ttclid"
    r"|li_fat_id|igshid|igsh|_hsenc|_hsmi|__twitter_impression|ref_src|ref_url|cmpid|ocid|s_cid|vero_id|oly_enc_id"
    r"|oly_anon_id|wt_mc",
    re.IGNORECASE,
)
_PORTS = {"http": 80, "https": 443}
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
    if scheme not in _PORTS or not name:
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


def without_tracking(text: str) -> str:
    """A text with the addresses in it made canonical, so that a changed tracking parameter is no edit."""
    if "://" not in text:
        return text
    return _ADDRESS_IN_TEXT.sub(lambda found: canonical(found[0]) or found[0], text)
