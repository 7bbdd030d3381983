"""The words of config.toml before they mean anything: bytes → text → TOML, and the line on which each value stands.

What is no TOML is explained in plain words with the line written rightly, and then read as if it had been written so:
that way one look at the file finds every mistake in it. What the values mean is in `collector/configuration/`.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from msgspec import Struct

Key = tuple[str | int, ...]
"""Where a value is: ("campaign", 0, "hashtags", 2) is the third hashtag of the first campaign."""

SAVE_AS_UTF_8 = "In Notepad: File, Save as, and choose UTF-8 next to Encoding."

SECRET = re.compile(r"token|secret|passw|bearer|credential|api_?key|private_?key|consumer_?key", re.IGNORECASE)
ONCE = frozenset({"fetching", "collecting", "schedule", "organisation.accounts"})
"""The tables of which there is one; of all others there can be several."""

NO_SECRETS = (
    "this looks like a password or key, and secrets are never kept in this file, which people mail and copy",
    "Delete the line, and set it as an environment variable (docs/configuring.md, Secrets)",
)


class Problem(Struct, frozen=True):
    """One mistake in the file: where, what is wrong, and what to write instead."""

    line: int | None
    what: str
    fix: str
    file: str = "config.toml"

    def __str__(self) -> str:
        where = self.file if self.line is None else f"{self.file}, line {self.line}"
        return f"{where}: {self.what}{'' if self.what.endswith('?') else '.'} {self.fix}"


class ConfigurationError(Exception):
    """Everything that is wrong with the file, in the order of its lines."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = sorted(problems, key=lambda problem: problem.line or 0)
        super().__init__("\n".join(map(str, self.problems)))


def read_text(path: Path) -> tuple[str, list[Problem]]:
    """The text of the file, and what is wrong with how it was saved; raises ConfigurationError where there is none."""
    name = path.name or str(path)
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        said = f"there is no file {path}"
        fix = "Run coproweek in the folder that holds config.toml, or name the file: --config PATH"
        raise ConfigurationError([Problem(None, said, fix, name)]) from None
    except IsADirectoryError:
        said = f"{path} is a folder"
        raise ConfigurationError(
            [Problem(None, said, f"Name the file in it: --config {path / 'config.toml'}", name)]
        ) from None
    except OSError as error:
        if path.is_dir():  # what Windows calls "permission denied"
            said = f"{path} is a folder"
            fix = f"Name the file in it: --config {path / 'config.toml'}"
        else:
            said, fix = f"it cannot be read ({error.strerror})", "Check that the file is yours to read"
        raise ConfigurationError([Problem(None, said, fix, name)]) from None
    problems: list[Problem] = []
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        problems.append(Problem(None, "the file is saved as UTF-16, which Notepad calls Unicode", SAVE_AS_UTF_8, name))
        text = data.decode("utf-16", "replace")
    else:
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            problems.append(Problem(line, "a letter on this line is not saved as UTF-8", SAVE_AS_UTF_8, name))
            text = data.decode("cp1252", "replace")
    if not text.strip():
        fix = "Copy config.toml from the project again: it is complete as it is"
        raise ConfigurationError([*problems, Problem(None, "the file is empty", fix, name)])
    return text.replace("\r\n", "\n").replace("\r", "\n"), problems


# TOML, and what people write instead ------------------------------------------------------------------------------


def parse(text: str, name: str) -> tuple[dict[str, Any], str, list[Problem]]:
    """The tables of the file, the text that was understood, and each line that had to be put right to understand it.

    Raises ConfigurationError at a line that cannot be put right: what comes after it would be guesswork.
    """
    lines = text.split("\n")
    problems: list[Problem] = []
    for _ in range(len(lines) + 1):
        failed = _failure(lines)
        if failed is None:
            return tomllib.loads("\n".join(lines)), "\n".join(lines), problems
        number, message = failed
        line = lines[number - 1]
        if SECRET.search(line.partition("=")[0]):
            problems.append(Problem(number, *NO_SECRETS, name))
            lines[number - 1] = ""
            continue
        if header := _header_written_once(line, message):
            for at, other in enumerate(lines):
                if other.strip() == line.strip():
                    problems.append(Problem(at + 1, f"there can be several of {header}", f"Write: [{header}]", name))
                    lines[at] = f"[{header}]"
            continue
        for problem, tried in _put_right(lines, number, name):
            after = _failure(tried)
            if tried != lines and (after is None or after[0] > number):
                problems.append(problem)
                lines = tried
                break
        else:
            raise ConfigurationError([*problems, Problem(number, *_in_words(line, message), name)])
    raise AssertionError("every pass puts a line right or raises")


def _failure(lines: list[str]) -> tuple[int, str] | None:
    """The line at which reading fails, and why; None where it does not."""
    try:
        tomllib.loads("\n".join(lines))
    except tomllib.TOMLDecodeError as error:
        at = re.search(r"\(at line (\d+), column \d+\)", str(error))
        last = max((number for number, line in enumerate(lines, 1) if line.strip()), default=1)
        return min(int(at[1]), last) if at else last, str(error).partition(" (at ")[0]
    except RecursionError:
        return 1, "brackets within brackets without an end"
    return None


def _header_written_once(line: str, message: str) -> str | None:
    """`[source]` for the second time: it should have been [[source]] both times."""
    header = re.fullmatch(r"\s*\[([\w.]+)\]\s*(?:#.*)?", line)
    return f"[{header[1]}]" if header and "twice" in message and header[1] not in ONCE else None


def _put_right(lines: list[str], number: int, name: str) -> Iterator[tuple[Problem, list[str]]]:
    """What may be wrong at a line, and the text with that line, or the list that it should end, written rightly."""
    for what, candidate, fix in _rightly(lines[number - 1]):
        problem = Problem(number, what, fix or f"Write: {candidate.strip()}", name)
        yield problem, [*lines[: number - 1], candidate, *lines[number:]]
    for begins in range(number, 0, -1):
        if re.match(r"\s*[\w.-]+\s*=\s*\[[^\]]*$", lines[begins - 1]):
            words = [at for at in range(begins, number + 1) if at == begins or re.match(r"\s*[\"']", lines[at - 1])]
            without_remark = re.sub(r"\s#[^\"']*$", "", lines[words[-1] - 1])
            what = "the list that begins on this line has no closing bracket"
            problem = Problem(begins, what, f"Write ] after its last word, in line {words[-1]}", name)
            yield problem, [*lines[: words[-1] - 1], f"{without_remark}]", *lines[words[-1] :]]
            return


MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
CURLED = str.maketrans("“”„‟«»‘’‚‛", '""""""' + "''''")
INVISIBLE = {ord(c): " " for c in "\u00a0\u2007\u202f"} | {ord(c): None for c in "\u200b\u200c\u200d\u2060\ufeff"}
CURLED_QUOTES = "quotation marks that a word processor has curled are not understood"
BACKSLASH = "a \\ within double quotation marks means something else"


def _rightly(line: str) -> Iterator[tuple[str, str, str]]:
    """What may be wrong with a line that is no TOML, the line written rightly, and what to do where that is more.

    The likeliest comes first; whether it helps is tried by the caller.
    """
    yield "there is an invisible character on this line, as copied from a web page", line.translate(INVISIBLE), ""
    yield CURLED_QUOTES, line.translate(CURLED), ""
    alone = line.strip().strip("\"'<>,")
    if re.match(r"(https?://|www\.)\S+$", alone):
        yield "an address stands alone", "", f'Write two lines: [[source]] and address = "{alone}"'
    elif given := re.match(r"(\s*[\w.-]+)\s*([=:])\s*(.*?)\s*$", line):
        if given[2] == ":":
            yield "between a name and its value stands an equals sign", f"{given[1]} = {given[3]}", ""
        for what, value in _values_rightly(given[3]):
            yield what, f"{given[1]} = {value}", ""
    else:
        if name := re.fullmatch(r"\s*\[{0,2}\s*([\w.]+)\s*\]{0,2}\s*", line):
            yield "a bracket is missing", f"[{name[1]}]" if name[1] in ONCE else f"[[{name[1]}]]", ""
        if words := re.fullmatch(r"(\s*)[\"']?([^\"'\[\]]+?)[\"']?(\s*,?\s*)", line):
            yield "words stand between quotation marks", f'{words[1]}"{words[2]}"{words[3]}', ""


def _values_rightly(value: str) -> Iterator[tuple[str, str]]:
    """What may be wrong with a value, and the value written rightly."""
    yield CURLED_QUOTES, value.translate(CURLED)
    if path := re.fullmatch(r'"([^"]*\\[^"]*)"\s*(?:#.*)?', value):
        if "'" not in path[1]:
            yield f"{BACKSLASH}; a Windows path stands between single ones", f"'{path[1]}'"
        slashes = path[1].replace("\\", "/")
        yield BACKSLASH, f'"{slashes}"'
    if day := day_in(value):
        yield "a date is written year-month-day, without quotation marks", day
    if value.casefold() in {"true", "yes", "on", "false", "no", "off"}:
        answer = "true" if value.casefold() in {"true", "yes", "on"} else "false"
        yield f"yes or no is written {answer} here", answer
    if number := re.fullmatch(r"(\d[\d ,]*)\s*(?:days?|minutes?|seconds?|m|s|mb)?", value, re.IGNORECASE):
        yield "a number is written with digits alone", re.sub(r"\D", "", number[1])
    if not value:
        yield "the value is missing", '""'
    if value.startswith("[") and value.endswith("]"):
        listed = [word for part in value[1:-1].split(",") if (word := part.strip(" \"'“”‘’"))]
        yield "the words of a list stand between quotation marks", "[" + ", ".join(f'"{word}"' for word in listed) + "]"
    if trailing := re.fullmatch(r"(\"[^\"]*\"|'[^']*')\s+(.+)", value):
        yield "a remark after a value begins with #", f"{trailing[1]}  # {trailing[2]}"
    words = value.strip("\"'“”‘’ ")
    if words and not set(words) & set('"\\'):
        yield "words stand between quotation marks", f'"{words}"'
    elif words and "'" not in words:
        yield "words stand between quotation marks", f"'{words}'"


def day_in(value: str) -> str | None:
    """2026-07-06 for 06/07/2026, 6.7.2026 or 6 July 2026, read as people in the UK write dates; else None."""
    value = value.strip("\"' ")
    if numbers := re.fullmatch(r"(\d{1,2})[/. -](\d{1,2})[/. -](\d{4})", value):
        day, month, year = map(int, numbers.groups())
    elif named := re.fullmatch(r"(?:[A-Za-z]{3,9},? )?(\d{1,2})(?:st|nd|rd|th)? ([A-Za-z]{3,9})\.?,? (\d{4})", value):
        if named[2][:3].lower() not in MONTHS:
            return None
        day, month, year = int(named[1]), MONTHS.index(named[2][:3].lower()) + 1, int(named[3])
    elif backwards := re.fullmatch(r"(\d{4})[/.](\d{1,2})[/.](\d{1,2})|(\d{4})-(\d{1,2})-(\d{1,2})", value):
        year, month, day = (int(number) for number in backwards.groups() if number)
    else:
        return None
    return f"{year:04}-{month:02}-{day:02}" if 1 <= month <= 12 and 1 <= day <= 31 else None


def _in_words(line: str, message: str) -> tuple[str, str]:
    """What the TOML reader's own message means, for a line that could not be put right."""
    key = line.partition("=")[0].strip()
    if "overwrite" in message or "twice" in message or "mutate" in message:
        return f"{key or line.strip()} is there twice", "Keep one of the two"
    if "Unterminated string" in message or "Expected \"'''\"" in message:
        return "quotation marks that are opened above are never closed", "Close them where the words end"
    if "Expected '=' after a key" in message or "Invalid statement" in message:
        return (
            "this line is neither a setting nor a remark",
            "Write: name = value, or begin the line with # to keep it as a remark",
        )
    said = re.sub(r"\s+", " ", message).strip()
    return (
        f"this line cannot be understood ({said})",
        "Compare it with the lines around it, or with docs/configuring.md",
    )


# Where each value stands ------------------------------------------------------------------------------------------


def lines_of(text: str) -> dict[Key, int]:
    """The line, from 1, of each table, key and list element of a TOML text that has been read without an error."""
    return _Scanner(text).scan()


class _Scanner:
    """Walks over valid TOML; it need not understand values, only know where they end."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.lines: dict[Key, int] = {}
        self.starts = [0, *(match.end() for match in re.finditer("\n", text))]
        self.counts: dict[Key, int] = {}

    def scan(self) -> dict[Key, int]:
        table: Key = ()
        while self._skip() < len(self.text):
            if self.text[self.at] == "[":
                table = self._header()
            else:
                self._pair(table)
        return self.lines

    def _note(self, key: Key) -> None:
        self.lines.setdefault(key, bisect_right(self.starts, self.at))

    def _skip(self) -> int:
        """Over white space, line ends and remarks."""
        found = re.compile(r"(?:\s|#[^\n]*)*").match(self.text, self.at)
        self.at = found.end() if found else self.at
        return self.at

    def _header(self) -> Key:
        several = self.text.startswith("[[", self.at)
        started = self.at
        self.at += 2 if several else 1
        parts = self._dotted()
        self.at = self.text.index("]]" if several else "]", self.at) + (2 if several else 1)
        ended, self.at = self.at, started
        table: Key = ()
        for position, part in enumerate(parts):
            table = (*table, part)
            self._note(table)
            if position == len(parts) - 1 and several:
                self.counts[table] = self.counts.get(table, 0) + 1
            if table in self.counts:
                table = (*table, self.counts[table] - 1)
                self._note(table)
        self.at = ended
        return table

    def _pair(self, table: Key) -> None:
        started = self.at
        parts = self._dotted()
        ended, self.at = self.at, started
        for size in range(len(parts)):
            self._note((*table, *parts[: size + 1]))
        self.at = self.text.index("=", ended) + 1
        self._value((*table, *parts))

    def _dotted(self) -> list[str]:
        parts: list[str] = []
        while True:
            found = re.compile(r"""[ \t]*("(?:\\.|[^"\\])*"|'[^']*'|[A-Za-z0-9_-]+)[ \t]*(\.?)""").match(
                self.text, self.at
            )
            if not found:
                return parts
            self.at = found.end()
            parts.append(next(iter(tomllib.loads(f"{found[1]} = 0"))))
            if not found[2]:
                return parts

    def _value(self, key: Key) -> None:
        self._skip()
        opening = self.text[self.at]
        if opening == "[":
            self.at += 1
            number = 0
            while self.text[self._skip()] != "]":
                if self.text[self.at] == ",":
                    self.at += 1
                    continue
                self._note((*key, number))
                self._value((*key, number))
                number += 1
            self.at += 1
        elif opening == "{":
            self.at += 1
            while self.text[self._skip()] != "}":
                if self.text[self.at] == ",":
                    self.at += 1
                    continue
                self._pair(key)
            self.at += 1
        else:
            found = VALUE.match(self.text, self.at)
            self.at = found.end() if found else self.at + 1


VALUE = re.compile(
    r'"""(?:\\.|(?!"""(?!"))[\s\S])*"""'
    r"|'''(?:(?!'''(?!'))[\s\S])*'''"
    r'|"(?:\\.|[^"\\])*"'
    r"|'[^']*'"
    r"|[^,\]}#\n]+"
)
"""A value that is no list and no table. Three quotation marks may follow two of the text's own."""
