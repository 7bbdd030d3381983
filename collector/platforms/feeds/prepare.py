"""The bytes of a feed, made into UTF-8 XML that parsers agree about, and harmless. Pure; no entry is looked at here.

Real feeds have wrong encodings, control characters, warnings of PHP before the first tag and HTML's entities without
declaring them; hostile ones have entities within entities. After `prepared`, and `mended` where that was not enough,
what is well-formed but for such faults is well-formed.
"""

from __future__ import annotations

import codecs
import html
import html.entities
import re

DECLARATION = '<?xml version="1.0" encoding="utf-8"?>'

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_BEGINNINGS = (
    (b"<\0\0\0", "utf-32-le"),
    (b"\0\0\0<", "utf-32-be"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
)
# Codecs of Python that are no encoding of a document, or that take quadratic time.
_NO_ENCODINGS = frozenset(
    {"idna", "punycode", "unicode-escape", "raw-unicode-escape", "utf-7", "undefined", "mbcs", "oem"}
)
_CHARSET = re.compile(r"""charset\s*=\s*["']?([\w.:+-]{1,40})""", re.IGNORECASE)
_XML_DECLARATION = re.compile(r"\s*<\?xml\b[^>]{0,500}\?>")
_DECLARED = re.compile(rb"""<\?xml\b[^>]{0,200}?\bencoding\s*=\s*["']([A-Za-z][\w.:+-]{0,39})["']""")
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_ILLEGAL_REFERENCE = re.compile(
    r"&#(?:x0*(?:[0-8bcef]|1[0-9a-f]|d[89a-f][0-9a-f]{2}|fff[ef])|0*(?:[0-8]|1[124-9]|2[0-9]|3[01]));", re.I
)
_EMBEDDED = re.compile(r"data:[a-z]{1,20}/[a-z0-9.+-]{1,40};base64,[A-Za-z0-9+/=\r\n]{200,}", re.IGNORECASE)
_PROLOG_PART = re.compile(r"\s+|<\?[^>]*>", re.ASCII)
_ENTITY = re.compile(r"""<!ENTITY\s{1,20}([A-Za-z_][\w.-]{0,40})\s{1,20}(?:"([^"]{0,64})"|'([^']{0,64})')\s{0,20}>""")
_NAMED_REFERENCE = re.compile(r"&([A-Za-z][A-Za-z0-9]{1,31});")
_ROOT = re.compile(r"<\?xml|<(?:rss|feed|rdf:RDF)[\s>]", re.IGNORECASE)
_XML_NAMES = frozenset({"lt", "gt", "amp", "quot", "apos"})
_JUNK = 4_096
_LONGEST_DOCTYPE = 65_536


def text_of(body: bytes, content_type: str = "") -> str:
    """The characters of a document: by its byte-order mark, else as UTF-8 where that is declared or nothing is and the
    bytes agree, else as the server, then the document says, else as Windows-1252. Never fails."""
    for mark, encoding in _BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(encoding, "replace")
    for beginning, encoding in _BEGINNINGS:
        if body.startswith(beginning):
            return body.decode(encoding, "replace")
    by_server = _CHARSET.search(content_type)
    by_itself = _DECLARED.search(body[:_JUNK])
    named = [by_server[1] if by_server else "", by_itself[1].decode("ascii") if by_itself else ""]
    encodings = [name for name in map(_encoding, named) if name]
    if "utf-8" in encodings or not encodings:
        encodings.insert(0, "utf-8")
    for encoding in [*encodings, "utf-8"]:
        try:
            return body.decode(encoding)
        except (UnicodeError, LookupError):  # or a codec that gives no text
            continue
    return body.decode("cp1252", "replace")


def prepared(body: bytes, content_type: str = "") -> bytes:
    """An XML document as UTF-8, without control characters, with only harmless entities declared."""
    text = _ILLEGAL.sub("", text_of(body, content_type)).lstrip("\ufeff \t\r\n")
    if ";base64," in text:
        # Pictures inside the words: megabytes that nobody reads, and parsers take long over.
        text = _EMBEDDED.sub("data:,", text)
    text = _XML_DECLARATION.sub("", text, count=1) if text.startswith("<?xml") else text
    return (DECLARATION + _without_doctype(text)).encode()


def mended(document: bytes) -> bytes:
    """A prepared document that is not well-formed, without the faults that many have: text before the first tag,
    HTML's names for characters ("&nbsp;"), references to control characters.

    It also replaces names inside CDATA, where they are HTML, which means the same by the number.
    """
    text = document.decode()[len(DECLARATION) :]
    root = _ROOT.search(text[:_JUNK])
    if root and root.start() and "<!--" not in text[: root.start()] and "<html" not in text[: root.start()].lower():
        text = text[root.start() :]
        text = _without_doctype(_XML_DECLARATION.sub("", text, count=1) if text.startswith("<?xml") else text)
    declared = {found[1] for found in _ENTITY.finditer(text[:_LONGEST_DOCTYPE])}

    def by_number(found: re.Match[str]) -> str:
        name = found[1]
        if name in _XML_NAMES or name in declared:
            return found[0]
        characters = html.entities.html5.get(f"{name};")
        return found[0] if characters is None else "".join(f"&#{ord(c)};" for c in characters)

    return (DECLARATION + _ILLEGAL_REFERENCE.sub("", _NAMED_REFERENCE.sub(by_number, text))).encode()


def _encoding(name: str) -> str:
    """Python's name for an encoding that a document may have; empty for what is none."""
    try:
        found = codecs.lookup(name).name
    except (LookupError, ValueError):
        return ""
    if found.replace("_", "-") in _NO_ENCODINGS or found.startswith("utf-16") or found.startswith("utf-32"):
        return ""  # documents in those are recognised by their beginning
    # What is labelled Latin-1 or ASCII is Windows-1252, as browsers take it.
    return "cp1252" if found in {"iso8859-1", "ascii"} else found


def _without_doctype(text: str) -> str:
    """The document with a DOCTYPE that declares its short, plain entities and nothing else, or without one."""
    at = 0
    while at < len(text):
        if text.startswith("<!--", at):
            end = text.find("-->", at + 4)
            if end < 0:
                return text
            at = end + 3
        elif part := _PROLOG_PART.match(text, at):
            at = part.end()
        else:
            break
    if text[at : at + 9].upper() != "<!DOCTYPE":
        return text
    bracket, end = text.find("[", at, at + 1_000), text.find(">", at)
    if 0 <= bracket < end:
        closing = re.compile(r"\]\s{0,100}>").search(text, bracket, at + _LONGEST_DOCTYPE)
        if closing is None:
            return text[:at] + text[end + 1 :]
        end = closing.end() - 1
    if end < 0:
        return text
    entities = {
        found[1]: value
        for found in _ENTITY.finditer(text, at, end)
        # Nothing in it may be a tag or another entity, not even when its character references have been read.
        if not set("<&%") & set(html.unescape(value := found[2] or found[3] or "")) and found[1] not in _XML_NAMES
    }
    declared = "".join(f'<!ENTITY {name} "{value.replace(chr(34), "&#34;")}">' for name, value in entities.items())
    return text[:at] + (f"<!DOCTYPE feed [{declared}]>" if declared else "") + text[end + 1 :]
