"""What somebody wrote, apart from what they quoted; and the first words of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from regulars.kit.text import clean

PREVIEW: Final = 160
_LONGEST_LINE: Final = 300
_WRAPPED: Final = 3
"""Lines over which mail programs break the line that introduces a letter."""
_INTRODUCES: Final = re.compile(
    r"^\s*(on\b.{3,300}\bwrote\s?:|am\b.{3,300}\bschrieb\b.{0,200}:|le\b.{3,300}\ba écrit\s?:|el\b.{3,300}\bescribió\s?:|em\b.{3,300}\bescreveu\s?:|"
    r"il\b.{3,300}\bha scritto\s?:|op\b.{3,300}\bschreef\b.{0,200}:|den\b.{3,300}\bskrev\b.{0,200}:|.{3,300}(написал(\(а\)|а)?|пишет)\s?:|"
    r".{0,300}(寫道|写道|來信|来信|のメール|は書きました|작성)\s*[：:]|"
    r"[-_=]{2,}\s*(original message|forwarded message|ursprüngliche nachricht|message d'origine|原始郵件|原始信件|轉寄的郵件|转发的邮件|原始邮件|元のメッセージ)\s*[-_=]{2,}|"
    r"begin forwarded message:|開始轉寄郵件[：:]|_{10,})\s*$",
    re.IGNORECASE,
)
"""What mail programs put before the letter that is answered: "On 3 May … wrote:", 於 … 寫道："""
_MAY_WRAP: Final = re.compile(
    r"^\s*(.{0,80}(<[^<>\s]{1,100}@|[於在]\s?\d{4}\s?年)|((on|am|le|el|em|il|op|den)\b|在|於).{0,80}\d|\d{1,4}[./年\-]\s?\d{1,2}[./月\-])",
    re.IGNORECASE,
)
_HEADED: Final = re.compile(
    r"^\s*[*_]{0,2}(from|von|de|da|van|från|寄件者|寄件人|发件人|差出人)\s*[：:][*_]{0,2}\s*\S", re.IGNORECASE
)
_HEADED_NEXT: Final = re.compile(
    r"^\s*[*_]{0,2}(sent|date|to|gesendet|datum|an|envoyé|à|enviado( el)?|para|寄件日期|日期|收件者|收件人|發送時間|发送时间|送信日時|宛先)\s*[：:][*_]{0,2}\s*\S",
    re.IGNORECASE,
)
_SIGNS: Final = re.compile(r"^--\s?$")
"""The line that by custom begins a signature (RFC 3676, 4.3)."""
_LONGEST_SIGNATURE: Final = 15
_BY_DEVICE: Final = re.compile(
    r"^\s*(sent from my (\w+ ?){1,5}|sent from (outlook|mail|yahoo mail|gmail|samsung)\b.{0,40}|get outlook for \w+.{0,60}|"
    r"(從|从|自|發自|发自|由)我的.{1,30}(傳送|发送|寄出|發送)?|von meinem \w+ gesendet|envoyé de mon \w+|enviado desde mi \w+)\s*$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Part:
    """Some lines of a letter; ``quoted`` where they were somebody else's, ``signed`` where they are a signature."""

    text: str
    quoted: bool
    signed: bool = False


_OWN, _QUOTED, _SIGNED = range(3)


def parts(text: str) -> list[Part]:
    """The letter in turn: own words, quoted lines, signature. Blank stretches are left out; linear in the length of ``text``."""
    lines = text.splitlines()
    marks = _signed(lines, _marks(lines))
    found: list[Part] = []
    begin = 0
    for at in range(1, len(lines) + 1):
        if at == len(lines) or marks[at] != marks[begin]:
            stretch = "\n".join(lines[begin:at]).strip("\n")
            if stretch.strip():
                found.append(Part(stretch, marks[begin] == _QUOTED, marks[begin] == _SIGNED))
            begin = at
    return found


def _marks(lines: list[str]) -> list[int]:
    """Whether each line is quoted. From a line that introduces the letter answered on, unless lines with ``>`` follow it."""
    marks = [_QUOTED if line.lstrip().startswith(">") else _OWN for line in lines]
    for at, line in enumerate(lines):
        if marks[at] or len(line) > _LONGEST_LINE or not (taken := _introduces(lines, at)):
            continue
        marks[at : at + taken] = [_QUOTED] * taken
        following = next((n for n in range(at + taken, len(lines)) if lines[n].strip()), len(lines))
        if following < len(lines) and lines[following].lstrip().startswith(">"):
            marks[at:following] = [_QUOTED] * (following - at)
            continue
        marks[at:] = [_QUOTED] * (len(lines) - at)
        break
    return _with_blanks(lines, marks)


def _introduces(lines: list[str], at: int) -> int:
    """How many lines from here introduce the letter that is answered; 0 where they do not."""
    if _INTRODUCES.match(lines[at]):
        return 1
    if _HEADED.match(lines[at]) and at + 1 < len(lines) and _HEADED_NEXT.match(lines[at + 1][:_LONGEST_LINE]):
        return 1
    if _MAY_WRAP.match(lines[at]):
        for count in range(2, _WRAPPED + 1):
            wrapped = lines[at : at + count]
            if len(wrapped) == count and _INTRODUCES.match(" ".join(wrapped)[: 2 * _LONGEST_LINE]):
                return count
    return 0


def _with_blanks(lines: list[str], marks: list[int]) -> list[int]:
    """Blank lines belong to what stands before them."""
    for at in range(1, len(lines)):
        if not lines[at].strip():
            marks[at] = marks[at - 1]
    return marks


def _signed(lines: list[str], marks: list[int]) -> list[int]:
    """The last lines of the last own words, where they are a signature: from ``--`` on, or what a telephone adds."""
    end = next((at + 1 for at in range(len(lines) - 1, -1, -1) if not marks[at] and lines[at].strip()), 0)
    begin = next(
        (
            at
            for at in range(end - 1, max(end - 1 - _LONGEST_SIGNATURE, 0), -1)
            if not marks[at] and _SIGNS.match(lines[at])
        ),
        end,
    )
    if begin == end and end and len(lines[end - 1]) <= _LONGEST_LINE and _BY_DEVICE.match(lines[end - 1]):
        begin = end - 1
    own_before = any(not marks[at] and lines[at].strip() for at in range(begin))
    if own_before and _OWN in marks[begin:end]:
        marks[begin:end] = [mark or _SIGNED for mark in marks[begin:end]]
    return marks


def preview(text: str) -> str:
    """The first own words in one line, ``PREVIEW`` characters at most; quoted ones where there are no others."""
    every = parts(text[:5_000])
    own = " ".join(one.text for one in every if not (one.quoted or one.signed)) or " ".join(one.text for one in every)
    told = clean(own)
    return told if len(told) <= PREVIEW else told[: PREVIEW - 1].rstrip() + "…"
