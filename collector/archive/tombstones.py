"""What must not come back: keyed hashes of what was removed, and whether a post that arrives is one of them.

A tombstone holds no content, and without the archive's own key nobody can try names against it. Removing is in
`removal.py`.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Collection, Iterable
from typing import Literal

from collector.archive import rows
from collector.archive.addresses import canonical, host, site_of
from collector.archive.connection import info
from collector.posts import Post

Scope = Literal["post", "author", "site"]


def post_key(identity: str) -> str:
    """A post by any of its identities. Addresses count without http or https, `www.`, tracking parameters."""
    link = canonical(identity)
    if link is None:
        return "post\0" + identity
    # A comment has its post's address and a fragment of its own.
    fragment = identity.partition("#")[2]
    return "post\0" + link.replace("https://www.", "https://", 1) + (f"#{fragment}" if fragment else "")


def author_key(platform: str, native_id: str) -> str:
    return f"author\0{platform}\0id\0{native_id}"


def handle_key(platform: str, handle: str) -> str:
    return f"author\0{platform}\0handle\0{handle.strip().removeprefix('@').casefold()}"


def site_key(name: str) -> str:
    return "site\0" + site_of(name)


def keys_of(post: Post) -> Iterable[str]:
    """Everything by which somebody may have asked that this post is left out."""
    for identity in {post.uri, *post.aliases, post.url or post.uri}:
        yield post_key(identity)
    for address in {post.uri, post.url}:
        site = host(address)
        if site:
            yield site_key(site)
    if post.author is not None:
        yield author_key(post.author.platform, post.author.native_id)
        # A blog's handle is its host: one author who leaves does not take the whole blog along.
        if post.author.handle and post.author.platform != "blogs":
            yield handle_key(post.author.platform, post.author.handle)


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
