"""Which encoding a text is in: byte order mark, UTF-8, UTF-16, Big5, GB 18030, Windows-1252; and where encodings are mixed."""

from __future__ import annotations

import codecs
import gzip
import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from django.utils.translation import gettext as _

from regulars.integrations.imports.files.guard import refuse_foreign, utf16_without_mark
from regulars.kit.errors import UserError

CHOICES: Final = (
    "utf-8",
    "utf-16",
    "cp950",
    "gb18030",
    "cp1252",
    "cp1250",
    "cp1251",
    "shift_jis",
    "euc-kr",
    "iso-8859-15",
)
"""Encodings offered for correction by hand."""

_BLOCK = 1 << 20
_MOST_UNPACKED = 4 << 30
_LONGEST_LINE = 16 << 20
_SAMPLE = 2 << 20
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_COMMON_HAN: Final = frozenset(
    "的一是不有人在中大小年月日上下公司股份有限市縣區路街段號樓巷弄台臺北南東西新竹高雄桃園商品訂單客戶顧電話地址姓名稱金額數量日期生林陳黃張李王吳劉蔡楊"
    "许华国东这个们来时会为说对学过发后里么业务订单号码户顾话称额数据"
)


@dataclass(frozen=True, slots=True)
class Encoded:
    """What was found: ``mixed`` when single lines do not fit, ``nuls`` when zero bytes occur; ``lines`` counts line ends."""

    name: str
    bom: bool = False
    mixed: bool = False
    nuls: bool = False
    lines: int = 0


def open_bytes(path: Path, *, packed: bool) -> IO[bytes]:
    """Open the file, unpacking on the way when it is gzipped."""
    return gzip.open(path, "rb") if packed else path.open("rb")  # type: ignore[return-value]


def open_text(path: Path, *, packed: bool, encoding: str, tolerant: bool = False) -> IO[str]:
    """Open the file as text; ``tolerant`` lets bytes through that do not fit, so that their rows can be refused one by one."""
    errors = "surrogateescape" if tolerant else "strict"
    return io.TextIOWrapper(open_bytes(path, packed=packed), encoding=encoding, errors=errors, newline="")


def detect(path: Path, *, packed: bool) -> Encoded:
    """Find the encoding from the whole file.

    Raises:
        UserError: it is damaged, empty, too large, or no text.
    """
    try:
        return _detect(path, packed=packed)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise UserError(_("The file is damaged: it ends before its contents do.")) from error


def _detect(path: Path, *, packed: bool) -> Encoded:
    with open_bytes(path, packed=packed) as file:
        head = file.read(_BLOCK)
        if packed:
            refuse_foreign(head)
        for mark, name in _BOMS:
            if head.startswith(mark):
                return Encoded(name, bom=True, lines=_count(path, packed=packed, utf16=name == "utf-16"))
        if name := utf16_without_mark(head):
            return Encoded(name, lines=_count(path, packed=packed, utf16=True))
    decoder, valid, nuls, lines = codecs.getincrementaldecoder("utf-8")("strict"), True, False, 0
    for block in _blocks(path, packed=packed):
        nuls = nuls or b"\0" in block
        lines += block.count(b"\n") or block.count(b"\r")
        if valid:
            try:
                decoder.decode(block)
            except UnicodeDecodeError:
                valid = False
    if valid:
        return Encoded("utf-8", nuls=nuls, lines=lines)
    name, mixed = _legacy(path, packed=packed)
    return Encoded(name, mixed=mixed, nuls=nuls, lines=lines)


def _blocks(path: Path, *, packed: bool) -> Iterator[bytes]:
    total = line = 0
    with open_bytes(path, packed=packed) as file:
        while block := file.read(_BLOCK):
            total += len(block)
            if total > _MOST_UNPACKED:
                raise UserError(_("The file is larger than 4 GB when unpacked. Please split it."))
            end = max(block.rfind(b"\n"), block.rfind(b"\r"))
            line = len(block) - end - 1 if end >= 0 else line + len(block)
            if line > _LONGEST_LINE:
                raise UserError(_("A line of this file is longer than 16 MB; this is no table."))
            yield block


def _count(path: Path, *, packed: bool, utf16: bool) -> int:
    lines = sum(block.count(b"\n") for block in _blocks(path, packed=packed))
    return lines if not utf16 or lines else 1


def _legacy(path: Path, *, packed: bool) -> tuple[str, bool]:
    """The encoding of a file that is not wholly UTF-8, and whether single lines do not fit it."""
    sample: list[bytes] = []
    fits, fails, size = 0, 0, 0
    with open_bytes(path, packed=packed) as file:
        for line in file:
            if line.isascii():
                continue
            try:
                line.decode("utf-8")
                fits += 1
            except UnicodeDecodeError:
                fails += 1
                if size < _SAMPLE:
                    sample.append(line)
                    size += len(line)
    if fits > 3 * fails or (fits > fails and fits + fails < 20):
        return "utf-8", True
    name = _best(b"".join(sample))
    if name in {"cp1252", "iso-8859-15"} and 10 * fits > fails:
        return "utf-8", True  # these two would read anything, UTF-8 as gibberish
    return name, fits > 0


def _best(sample: bytes) -> str:
    ranked = sorted(((_han_score(sample, name), name) for name in ("cp950", "gb18030")), reverse=True)
    if ranked[0][0] > 0.12:
        return ranked[0][1]
    return _by_library(sample)


def _han_score(sample: bytes, name: str) -> float:
    """Share of common characters among those that are not ASCII; 0 when too much of the sample does not decode."""
    text = sample.decode(name, errors="replace")
    foreign = [char for char in text if ord(char) > 127]
    if not foreign or text.count("\ufffd") > 0.02 * len(foreign):
        return 0.0
    return sum(char in _COMMON_HAN for char in foreign) / len(foreign)


def _by_library(sample: bytes) -> str:
    import charset_normalizer  # noqa: PLC0415 -- heavy, and seldom needed

    def fits(name: str) -> bool:
        try:
            sample.decode(name)
        except (UnicodeDecodeError, LookupError):
            return False
        return True

    guess = charset_normalizer.from_bytes(sample[:200_000], cp_isolation=list(CHOICES[2:])).best()
    if (
        guess is not None
        and guess.encoding not in {"gb18030", "cp950", "big5"}
        and fits(guess.encoding)
        and guess.encoding in {"shift_jis", "euc_kr", "cp1251"}
    ):
        return str(guess.encoding)
    return "cp1252" if fits("cp1252") else "iso-8859-15"
