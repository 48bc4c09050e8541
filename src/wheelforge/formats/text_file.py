"""A text that a user named: read in the encodings that pip takes."""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING

from wheelforge.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

_CODING = re.compile(rb"coding[:=]\s*([-\w.]+)")
_NO_CHARSETS = frozenset({"idna", "punycode", "raw-unicode-escape", "undefined", "unicode-escape"})
"""Codecs of Python's that write text in other text."""
# The mark of UTF-16 begins that of UTF-32, so the longer ones come first.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def read_text(path: Path, *, told: str | None = None) -> str:
    """Read a file and decode it; ``told`` is how messages call it, by default its path.

    Raises:
        UsageError: it cannot be read, or not be decoded.
    """
    told = str(path) if told is None else told
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{told} cannot be read: {(error.strerror or str(error)).lower()}") from error
    return decoded(data, told)


def decoded(data: bytes, origin: str) -> str:
    """Decode by a byte order mark, else by a comment as in PEP 263 in the first two lines, else as UTF-8.

    Raises:
        UsageError: the bytes are nothing of that encoding.
    """
    encoding, start = _encoding(data)
    try:
        return data[start:].decode(_charset(encoding))
    except UnicodeDecodeError as error:
        number = error.object.count(b"\n", 0, error.start) + 1
        name = encoding.upper()
        raise UsageError(f"{origin}:{number}: not {name}", hint="save the file as UTF-8") from error
    except LookupError as error:
        raise UsageError(f"{origin}: no encoding {encoding!r} is known", hint="save the file as UTF-8") from error


def _charset(encoding: str) -> str:
    name = codecs.lookup(encoding).name
    if name in _NO_CHARSETS:
        raise LookupError(encoding)
    return name


def _encoding(data: bytes) -> tuple[str, int]:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return encoding, len(mark)
    for line in data.split(b"\n", 2)[:2]:
        if line.startswith(b"#") and (found := _CODING.search(line)):
            return found[1].decode("ascii"), 0
    return "utf-8", 0
