"""Rows out of a spreadsheet file, whatever wrote it: CSV in any common encoding and delimiter, or XLSX. Nothing is
understood here, only taken apart: what a row means is in `files_mapping.py`.

A file is somebody else's work and may be hostile: it is read once into bounded memory, unpacked within limits, and no
formula in it is ever computed.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import NamedTuple

from collector.platforms import Trouble

LARGEST_FILE = 50_000_000
LARGEST_UNPACKED = 100_000_000
MOST_PARTS = 2_000
MOST_ROWS = 200_000
MOST_COLUMNS = 500
FIRST_ROWS = 20
"""Among so many first rows the one with the names of the columns is looked for."""

Cell = str | float | bool | datetime | date | time | None


class Row(NamedTuple):
    number: int
    """From 1, as a spreadsheet numbers its rows."""
    cells: list[Cell]
    broken: str = ""
    """Why it could not be read, where it could not."""


class Sheet(NamedTuple):
    name: str
    """Empty in a CSV file."""
    first: list[Row]
    """The first rows, to look for the names of the columns in."""
    rows: Iterator[Row]
    """All rows, the first ones too."""


def is_old_excel(data: bytes) -> bool:
    return data.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")


def is_zip(data: bytes) -> bool:
    return data.startswith(b"PK\x03\x04")


def sheets(data: bytes) -> Iterator[Sheet]:
    """Each way in which the file can be a table: the sheets of an XLSX file, or a CSV file by each delimiter.

    Raises Trouble for what is no table, or too large a one.
    """
    if is_old_excel(data):
        raise Trouble(
            "not_a_feed",
            "it is a spreadsheet in Excel's old format (.xls). Open it in Excel or LibreOffice, choose Save as, "
            "Excel workbook (.xlsx), and import that file",
        )
    yield from _xlsx(data) if is_zip(data) else _csv(data)


# CSV --------------------------------------------------------------------------------------------------------------


def text_of(data: bytes) -> str:
    """The characters of a text file: by its byte-order mark, else UTF-8, else what Windows and old exports write."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    for zeros, encoding in ((data[1:400:2], "utf-16-le"), (data[0:400:2], "utf-16-be")):
        if len(zeros) > 4 and zeros.count(0) > len(zeros) * 0.8:
            return data.decode(encoding, "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def _csv(data: bytes) -> Iterator[Sheet]:
    text = text_of(data)
    if "\0" in text[:10_000]:
        raise Trouble("not_a_feed", "it is neither a spreadsheet, a text file nor a feed")
    said = re.match(r"sep=(.)\r?\n", text)  # what Excel writes to tell itself
    delimiters = [said[1]] if said else sorted(",;\t|", key=text[:10_000].count, reverse=True)
    if said:
        text = text[said.end() :]
    for delimiter in delimiters:
        first = [row for row, _ in zip(_csv_rows(text, delimiter, bool(said)), range(FIRST_ROWS), strict=False)]
        yield Sheet("", first, _csv_rows(text, delimiter, bool(said)))


def _csv_rows(text: str, delimiter: str, after_first: bool) -> Iterator[Row]:
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    number = int(after_first)
    while True:
        number += 1
        try:
            cells = next(lines)
        except StopIteration:
            return
        except csv.Error as error:
            yield Row(number, [], f"it cannot be taken apart ({error})")
            continue
        if number > MOST_ROWS:
            raise Trouble("too_large", f"it has more than {MOST_ROWS:,} rows; split it, and import the parts")
        yield Row(number, list(cells[:MOST_COLUMNS]))


# XLSX -------------------------------------------------------------------------------------------------------------


def _xlsx(data: bytes) -> Iterator[Sheet]:
    import openpyxl  # it takes a moment to load, and few files need it

    _check_unpacked(data)
    try:
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
    except Exception as error:  # openpyxl raises whatever its parsers meet: KeyError, BadZipFile, ParseError, …
        raise Trouble("not_a_feed", f"it cannot be opened as a spreadsheet ({type(error).__name__})") from error
    try:
        for sheet in book.worksheets:
            sheet.reset_dimensions()  # the size that the file claims may be anything
            name = str(sheet.title)
            first = [row for row, _ in zip(_xlsx_rows(sheet), range(FIRST_ROWS), strict=False)]
            yield Sheet(name, first, _xlsx_rows(sheet))
    finally:
        book.close()


def _xlsx_rows(sheet: object) -> Iterator[Row]:
    rows = sheet.iter_rows(max_row=MOST_ROWS + 1, max_col=MOST_COLUMNS, values_only=True)  # type: ignore[attr-defined]
    number = 0
    while True:
        number += 1
        try:
            cells = next(rows)
        except StopIteration:
            return
        except Exception as error:  # a damaged sheet: what was read before stays
            yield Row(number, [], f"the sheet is damaged from here on ({type(error).__name__})")
            return
        if number > MOST_ROWS:
            raise Trouble("too_large", f"it has more than {MOST_ROWS:,} rows; split it, and import the parts")
        yield Row(number, [_cell(value) for value in cells])


def _cell(value: object) -> Cell:
    return value if isinstance(value, str | int | float | bool | datetime | date | time) else None


def _check_unpacked(data: bytes) -> None:
    """Refuses what would grow beyond bounds, before anything of it is unpacked. Its own claims are held against it:
    a part that turns out larger than it claims is an error of the archive."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > LARGEST_UNPACKED:
                raise Trouble("too_large", "unpacked it would be larger than any export; it is not opened")
            for part in parts:
                if part.filename.endswith((".xml", ".rels")):
                    with archive.open(part) as opened:
                        if b"<!DOCTYPE" in opened.read(65_536):
                            raise Trouble("unsafe", "it holds what spreadsheets never hold; it is not opened")
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError, EOFError, zlib.error) as error:
        raise Trouble("not_a_feed", f"it cannot be opened as a spreadsheet ({type(error).__name__})") from error
