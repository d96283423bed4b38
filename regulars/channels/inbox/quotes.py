"""What somebody wrote, apart from what they quoted; and the first words of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from regulars.kit.text import clean

PREVIEW: Final = 160
_LONGEST_LINE: Final = 300
_INTRODUCES: Final = re.compile(
    r"^\s*(on\b.{3,200}\bwrote:|.{0,200}(寫道|写道|來信|来信)\s*[：:]|-{2,}\s*(original message|forwarded message|原始郵件|原始信件|轉寄的郵件)\s*-{2,}|_{10,})\s*$",
    re.IGNORECASE,
)
"""What mail programs put before the letter that is answered: "On 3 May … wrote:", 於 … 寫道："""
_HEADED: Final = re.compile(r"^\s*(from|寄件者|寄件人)\s*[：:]\s*\S", re.IGNORECASE)
_HEADED_NEXT: Final = re.compile(r"^\s*(sent|date|to|寄件日期|日期|收件者|收件人)\s*[：:]\s*\S", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Part:
    """Some lines of a letter; ``quoted`` where they were somebody else's."""

    text: str
    quoted: bool


def parts(text: str) -> list[Part]:
    """The letter in turn: own words and quoted lines. Blank stretches are left out; linear in the length of ``text``."""
    lines = text.splitlines()
    marks = _marks(lines)
    found: list[Part] = []
    begin = 0
    for at in range(1, len(lines) + 1):
        if at == len(lines) or marks[at] != marks[begin]:
            stretch = "\n".join(lines[begin:at]).strip("\n")
            if stretch.strip():
                found.append(Part(stretch, marks[begin]))
            begin = at
    return found


def _marks(lines: list[str]) -> list[bool]:
    """Whether each line is quoted. From a line that introduces the letter answered on, unless lines with ``>`` follow it."""
    marks = [line.lstrip().startswith(">") for line in lines]
    for at, line in enumerate(lines):
        if marks[at] or len(line) > _LONGEST_LINE or not _introduces(lines, at):
            continue
        marks[at] = True
        following = next((n for n in range(at + 1, len(lines)) if lines[n].strip()), len(lines))
        if following < len(lines) and lines[following].lstrip().startswith(">"):
            marks[at:following] = [True] * (following - at)
            continue
        marks[at:] = [True] * (len(lines) - at)
        break
    return _with_blanks(lines, marks)


def _introduces(lines: list[str], at: int) -> bool:
    if _INTRODUCES.match(lines[at]):
        return True
    return bool(_HEADED.match(lines[at]) and at + 1 < len(lines) and _HEADED_NEXT.match(lines[at + 1][:_LONGEST_LINE]))


def _with_blanks(lines: list[str], marks: list[bool]) -> list[bool]:
    """Blank lines belong to what stands before them."""
    for at in range(1, len(lines)):
        if not lines[at].strip():
            marks[at] = marks[at - 1]
    return marks


def preview(text: str) -> str:
    """The first own words in one line, ``PREVIEW`` characters at most; quoted ones where there are no others."""
    every = parts(text[:5_000])
    own = " ".join(one.text for one in every if not one.quoted) or " ".join(one.text for one in every)
    told = clean(own)
    return told if len(told) <= PREVIEW else told[: PREVIEW - 1].rstrip() + "…"
