"""What must not come back: keyed hashes of what was removed, and whether a post that arrives is one of them.

A tombstone holds no content, and without the archive's own key nobody can try names against it. Removing is in
`removal.py`.
"""

from __future__ import annotations

import hashlib
import sqlite3
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from typing import Literal

from collector.archive import names, rows
from collector.archive.addresses import page_of, places, site, without_tracking
from collector.archive.connection import info
from collector.posts import Post

Scope = Literal["post", "author", "site"]


LEAST_WORDS = 100
"""Characters. Shorter texts may be the same by chance, or by a button that writes them."""


def post_key(identity: str) -> str:
    """A post by any of its identities. Of addresses, every ordinary spelling counts (`addresses.page_of`)."""
    page = page_of(identity)
    if page is None:
        return "post\0" + identity
    # A comment has its post's address and a fragment of its own.
    fragment = identity.partition("#")[2]
    return f"post\0{page}" + (f"#{fragment}" if fragment else "")


def post_keys(identity: str) -> Iterator[str]:
    """The same, and of a guid that is an address of the blog itself (WordPress's `?p=77`) that address as well."""
    yield post_key(identity)
    if identity.startswith("guid:"):
        blog, colon, address = identity.removeprefix("guid:").partition(":http")
        # Of its own blog only: any feed can give any guid.
        if colon and site(f"https://{blog}") == site(f"http{address}"):
            yield post_key(f"http{address}")


def words_key(title: str | None, text: str) -> str | None:
    """A post by its words, in case it comes back under another address; None where those are too few to tell."""
    if len(text) < LEAST_WORDS:
        return None
    words = " ".join(without_tracking(f"{title or ''} {text}").split())
    return "post\0words\0" + unicodedata.normalize("NFKC", words).casefold()


def author_key(platform: str, native_id: str) -> str:
    return f"author\0{platform}\0id\0{native_id}"


def handle_key(platform: str, handle: str) -> str:
    return f"author\0{platform}\0handle\0{handle.strip().removeprefix('@').casefold()}"


def person_key(blog: str, name: str) -> str:
    """Somebody who writes at a blog (its host), as `names.person` has the name."""
    return f"author\0blogs\0person\0{blog}\0{name}"


def site_key(place: str) -> str:
    """A site by its name, or a part of it, as `addresses.places` gives them."""
    return "site\0" + place


def sites_of(uri: str, url: str | None, author_url: str | None, blog: str | None) -> set[str]:
    """The places that a post was published at, as `addresses.places` gives them: by its own addresses.

    A post that has none, as some feeds give no links, is at its author's address, and at `blog`, the name of its blog.
    """
    own = {place for address in (uri, url) for place in places(address)}
    if own:
        return own
    return {place for address in (author_url, blog and f"https://{blog}") for place in places(address)}


def keys_of(post: Post) -> Iterable[str]:
    """Everything by which somebody may have asked that this post is left out."""
    for identity in {post.uri, *post.aliases, post.url or post.uri}:
        yield from post_keys(identity)
    words = words_key(post.title, post.text)
    if words is not None:
        yield words
    author = post.author
    blog = author.handle if author and author.platform == "blogs" else None
    for place in sites_of(post.uri, post.url, author.url if author else None, blog):
        yield site_key(place)
    if author is not None:
        yield author_key(author.platform, author.native_id)
        # A blog's handle is its host: one author who leaves does not take the whole blog along.
        if author.platform != "blogs":
            if author.handle:
                yield handle_key(author.platform, author.handle)
        elif author.handle and author.name:
            for name in names.people(author.name):
                yield person_key(author.handle, name)


def add(conn: sqlite3.Connection, keys: Iterable[str], reason: str, now: str) -> None:
    """Keep these out from now on; inside the caller's transaction."""
    secret = _secret(conn)
    found = [(key.partition("\0")[0], _hash(secret, key), reason, now) for key in dict.fromkeys(keys)]
    rows.insert(conn, "tombstones", "scope, key_hash, reason, removed_at", found, on_conflict=rows.KEEP)


def any_stand(conn: sqlite3.Connection) -> bool:
    """Whether anything is kept out at all. Mostly nothing is, and then nobody need make keys."""
    return conn.execute("SELECT 1 FROM tombstones LIMIT 1").fetchone() is not None


def refused(conn: sqlite3.Connection, keys: Collection[str]) -> dict[str, str]:
    """Which of these keys are kept out, and the reason."""
    secret = _secret(conn)
    by_hash = {_hash(secret, key): key for key in keys}
    found: dict[str, str] = {}
    for marks, piece in rows.in_pieces(by_hash):
        for key_hash, reason in conn.execute(
            "SELECT key_hash, reason FROM tombstones "
            f"WHERE scope IN ('post', 'author', 'site') AND key_hash IN ({marks})",
            piece,
        ):
            found[by_hash[key_hash]] = reason
    return found


def stand_in(conn: sqlite3.Connection, post: Post) -> bytes:
    """16 bytes by which a post that was left out is counted only once, and which tell nobody which post it was."""
    return _hash(_secret(conn), f"skipped\0{post.platform}\0{post.uri}")[:16]


def _secret(conn: sqlite3.Connection) -> bytes:
    return bytes.fromhex(info(conn, "tombstone_key") or "")


def _hash(secret: bytes, key: str) -> bytes:
    return hashlib.blake2b(key.encode(), key=secret, digest_size=32).digest()
