"""Unpacking within bounds: what is whole comes out whole, and nothing grows past its limit."""

from __future__ import annotations

import contextlib
import gzip
import random
import tracemalloc
import zlib
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.http.unpacking import BadPacking, TooMuch, Unpacker, in_words
from tests.fakeserver import gzip_bomb

FEED = b"<rss>" + b"<item>Co-production Week</item>" * 500 + b"</rss>"


def unpacked(data: bytes, encoding: str = "gzip", *, limit: int = 1_000_000, chunk: int = 1000) -> bytes:
    unpacker = Unpacker(encoding, limit)
    for at in range(0, len(data), chunk):
        unpacker.feed(data[at : at + chunk])
    return unpacker.finish()


def bare_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


@pytest.mark.parametrize(
    ("encoding", "data"),
    [
        ("", FEED),
        ("identity", FEED),
        ("gzip", gzip.compress(FEED)),
        ("GZIP", gzip.compress(FEED)),
        ("x-gzip", gzip.compress(FEED)),
        ("deflate", zlib.compress(FEED)),
        ("deflate", bare_deflate(FEED)),
        ("gzip, gzip", gzip.compress(gzip.compress(FEED))),
        ("deflate, identity, gzip", gzip.compress(zlib.compress(FEED))),
    ],
)
@pytest.mark.parametrize("chunk", [1, 7, 100_000])
def test_what_was_packed_comes_out_whole(encoding: str, data: bytes, chunk: int) -> None:
    assert unpacked(data, encoding, chunk=chunk) == FEED


@pytest.mark.parametrize("chunk", [1, 1000, 100_000])
def test_gzip_of_several_members_is_one_body(chunk: int) -> None:
    assert (
        unpacked(gzip.compress(b"one ") + gzip.compress(b"two ") + gzip.compress(FEED), chunk=chunk)
        == b"one two " + FEED
    )


@pytest.mark.parametrize("padding", [b"\0" * 600, b"\r\n", b"<!-- cached -->"])
@pytest.mark.parametrize("chunk", [1, 100_000])
def test_padding_after_a_whole_member_is_left_out(padding: bytes, chunk: int) -> None:
    assert unpacked(gzip.compress(FEED) + padding, chunk=chunk) == FEED
    assert unpacked(zlib.compress(FEED) + padding, "deflate", chunk=chunk) == FEED


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "", "gzip, deflate"])
def test_an_empty_body_is_empty_however_it_is_labelled(encoding: str) -> None:
    assert unpacked(b"", encoding) == b""


@pytest.mark.parametrize("encoding", ["br", "zstd", "compress", "gzip, br", "aes128gcm\x1b[31m"])
def test_a_packing_that_was_not_offered_is_refused_by_name(encoding: str) -> None:
    with pytest.raises(BadPacking) as refusal:
        Unpacker(encoding, 100)
    assert "which was not asked for" in str(refusal.value)
    assert str(refusal.value).isprintable()


@pytest.mark.parametrize(
    ("encoding", "data"),
    [
        ("gzip", gzip.compress(FEED)[:-1]),
        ("gzip", gzip.compress(FEED)[:50]),
        ("gzip", gzip.compress(FEED)[:5]),
        ("gzip", gzip.compress(b"one") + gzip.compress(FEED)[:40]),
        ("deflate", zlib.compress(FEED)[:-2]),
        ("deflate", bare_deflate(FEED)[:-2]),
        ("deflate", b"\x78"),
        ("gzip, gzip", gzip.compress(gzip.compress(FEED)[:-4])),
    ],
)
def test_a_missing_end_is_noticed(encoding: str, data: bytes) -> None:
    with pytest.raises(BadPacking, match="end is missing"):
        unpacked(data, encoding)


@pytest.mark.parametrize(
    ("encoding", "data"),
    [
        ("gzip", FEED),
        ("gzip", b"\x1f\x8b" + b"\xff" * 100),
        ("gzip", gzip.compress(FEED)[:-8] + b"\0" * 8),  # the checksum is wrong
        ("deflate", b"\x78\x9c" + b"\xff" * 100),
        ("deflate", b"<rss><channel></channel></rss>"),
        ("gzip, gzip", gzip.compress(FEED)),
    ],
)
def test_damage_is_noticed(encoding: str, data: bytes) -> None:
    with pytest.raises(BadPacking, match="damaged"):
        unpacked(data, encoding)


def test_the_limit_is_exact() -> None:
    assert len(unpacked(gzip.compress(bytes(1000)), limit=1000)) == 1000
    assert len(unpacked(bytes(1000), "", limit=1000)) == 1000
    for data, encoding in ((gzip.compress(bytes(1001)), "gzip"), (bytes(1001), "")):
        with pytest.raises(TooMuch):
            unpacked(data, encoding, limit=1000)


@pytest.mark.parametrize(
    ("encoding", "bomb"),
    [
        ("gzip", gzip_bomb(200)),
        ("deflate", zlib.compress(bytes(20_000_000), 9)),
        ("gzip, gzip", gzip.compress(gzip_bomb(200), 9)),
    ],
)
def test_a_bomb_stays_as_small_as_its_limit(encoding: str, bomb: bytes) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(TooMuch, match="unpacks to more than 1 MB"):
            unpacked(bomb, encoding, limit=1_000_000, chunk=65_536)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 5_000_000


def test_a_bomb_inside_a_packing_that_ends_small_is_stopped_at_its_layer() -> None:
    # The inner layer unpacks to 20 MB of which the outer one would make little: each layer has the limit.
    inner = gzip.compress(b"x") + bytes(20_000_000)
    with pytest.raises(TooMuch):
        unpacked(gzip.compress(inner, 9), "gzip, gzip", limit=1_000_000, chunk=65_536)


def test_packing_over_and_over_is_refused() -> None:
    with pytest.raises(BadPacking, match="packed 4 times over"):
        Unpacker("gzip, gzip, gzip, gzip", 1000)


def test_endless_empty_members_are_refused() -> None:
    with pytest.raises(BadPacking, match="more than 1,000 parts"):
        unpacked(gzip.compress(b"") * 1_001, chunk=65_536)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=3000), st.integers(0, 2**32), st.sampled_from(["gzip", "deflate", "bare", "gzip gzip"]))
def test_however_it_arrives_the_same_comes_out(data: bytes, seed: int, how: str) -> None:
    packed, encoding = {
        "gzip": (gzip.compress(data), "gzip"),
        "deflate": (zlib.compress(data), "deflate"),
        "bare": (bare_deflate(data), "deflate"),
        "gzip gzip": (gzip.compress(gzip.compress(data)), "gzip, gzip"),
    }[how]
    unpacker = Unpacker(encoding, 3000)
    for piece in pieces(packed, random.Random(seed)):
        unpacker.feed(piece)
    assert unpacker.finish() == data


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=400), st.sampled_from(["gzip", "deflate", "gzip, deflate"]), st.booleans())
def test_any_bytes_unpack_or_are_refused(data: bytes, encoding: str, looks_right: bool) -> None:
    head = {"gzip": b"\x1f\x8b\x08\0\0\0\0\0\0\x03", "deflate": b"\x78\x9c"}.get(encoding, b"") if looks_right else b""
    with contextlib.suppress(BadPacking, TooMuch):
        assert len(unpacked(head + data, encoding, limit=10_000)) <= 10_000


def pieces(data: bytes, chance: random.Random) -> Iterator[bytes]:
    at = 0
    while at < len(data):
        size = chance.choice([1, 2, 3, 10, 1000])
        yield data[at : at + size]
        at += size


def test_sizes_in_words() -> None:
    assert [in_words(n) for n in (999, 64_000, 5_000_000)] == ["999 bytes", "64 kB", "5 MB"]
