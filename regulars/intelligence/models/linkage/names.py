"""Names in the form in which they are compared: of people, in Han and Latin script, and of companies."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

from regulars.intelligence.models.linkage.han import one_form
from regulars.kit import text

COMPOUND_SURNAMES: Final = frozenset(
    [
        "歐陽",
        "司馬",
        "司徒",
        "上官",
        "諸葛",
        "東方",
        "皇甫",
        "尉遲",
        "公孫",
        "軒轅",
        "令狐",
        "鍾離",
        "宇文",
        "長孫",
        "慕容",
        "鮮于",
        "閭丘",
        "司空",
        "夏侯",
        "端木",
        "南宮",
        "百里",
        "張簡",
        "范姜",
    ]
)
_HONORIFICS: Final = re.compile(r"(先生|小姐|女士|太太|君)$|^(mr|mrs|ms|miss|dr|prof)\.?\s+")
_NOT_WORD: Final = re.compile(r"[^\w]+")
_MARKS: Final = re.compile(r"[\u0300-\u036f]")

_HAN_FORMS: Final = re.compile(
    r"^(財團法人|社團法人)?(.*?)(股份有限公司|有限公司|兩合公司|無限公司|有限合夥|公司|商行|企業社|工作室|合作社)?(台灣分公司|分公司)?$"
)
_LATIN_FORMS: Final = frozenset(
    [
        "co",
        "company",
        "corp",
        "corporation",
        "inc",
        "incorporated",
        "ltd",
        "limited",
        "llc",
        "llp",
        "lp",
        "plc",
        "gmbh",
        "ag",
        "kg",
        "sa",
        "sas",
        "sarl",
        "srl",
        "spa",
        "bv",
        "nv",
        "ab",
        "oy",
        "as",
        "aps",
        "pte",
        "pty",
        "sdn",
        "bhd",
        "kk",
        "the",
        "and",
    ]
)
_BRACKETS: Final = re.compile(r"[(（\[【][^)）\]】]*(有限|籌備|停業|原名|舊名|ky|外商)[^)）\]】]*[)）\]】]|-?ky$")
_SHORT: Final = range(2, 5)


def is_han(name: str) -> bool:
    """Whether the name is written in Han script."""
    return text.has_han(name)


@lru_cache(maxsize=65_536)
def plain(name: str) -> str:
    """Folded, one form of each character, Latin letters without marks, words apart by one space."""
    folded = one_form(text.fold(name))
    if not folded.isascii():
        folded = unicodedata.normalize("NFC", _MARKS.sub("", unicodedata.normalize("NFKD", folded)))
    return folded


@lru_cache(maxsize=65_536)
def _word(part: str) -> str:
    return _NOT_WORD.sub("", plain(part))


def parts(name: str, family: str, given: str) -> tuple[str, str, bool]:
    """Family name and given name, ready to compare, and whether they are in Han script.

    A whole name is taken apart: in Han script after the first character (or a compound surname), otherwise before the
    last word, or at a comma.
    """
    if not family and not given:
        family, given = _split(name)
    elif is_han(family + given) and (bool(family) != bool(given)):
        family, given = _split(family or given) if len(family or given) > 2 else (family, given)
    return _word(family), _word(given), is_han(family + given)


def _split(name: str) -> tuple[str, str]:
    bare = _HONORIFICS.sub("", plain(name)).strip()
    if is_han(bare):
        whole = _NOT_WORD.sub("", bare)
        size = 2 if whole[:2] in COMPOUND_SURNAMES and len(whole) > 2 else 1
        return whole[:size], whole[size:]
    if "," in bare:
        family, _, given = bare.partition(",")
        return family.strip(), given.strip()
    given, _, family = bare.rpartition(" ")
    return family, given


@lru_cache(maxsize=65_536)
def latin_key(name: str) -> str:
    """The words of a Latin name in alphabetical order, without marks or hyphens; empty for other scripts."""
    bare = plain(name)
    if not bare or is_han(bare):
        return ""
    return " ".join(sorted(filter(None, _NOT_WORD.split(bare.replace("-", "").replace("'", "")))))


@lru_cache(maxsize=65_536)
def stem(name: str) -> str:
    """A company's name without its legal form: 股份有限公司, 有限公司, Co., Ltd., Inc. and others.

    >>> stem("晴川科技股份有限公司"), stem("Chingchuan Technology Co., Ltd.")
    ('晴川科技', 'chingchuan technology')
    """
    bare = _BRACKETS.sub("", plain(name)).strip()
    if is_han(bare):
        found = _HAN_FORMS.match(_NOT_WORD.sub("", bare))
        core = (found.group(2) + (found.group(4) or "").removesuffix("分公司")) if found else bare
        return core or _NOT_WORD.sub("", bare)
    words = [word for word in _NOT_WORD.split(bare.replace("'", "").replace(".", "")) if word]
    kept = [word for word in words if word not in _LATIN_FORMS]
    return " ".join(kept or words)


def short_pattern(stem_: str) -> str:
    """For a short Han name the pattern of the long names it may stand for: 台泥 for 台灣水泥; else empty."""
    if len(stem_) not in _SHORT or not is_han(stem_):
        return ""
    return "%".join(stem_) + "%"


@lru_cache(maxsize=65_536)
def _pieces(phrase: str) -> tuple[str, ...]:
    bare = phrase.replace(" ", "")
    if len(bare) < 2:
        return (bare,) if bare else ()
    return tuple(dict.fromkeys(bare[i : i + 2] for i in range(len(bare) - 1)))


def pieces(phrase: str) -> list[str]:
    """The distinct pairs of neighbouring characters, blanks left out."""
    return list(_pieces(phrase))


_CODES: Final = {letter: code for code, letters in enumerate(("bfpv", "cgjkqsxz", "dt", "l", "mn", "r"), 1) for letter in letters}  # fmt: skip


@lru_cache(maxsize=65_536)
def sound(name: str) -> str:
    """Soundex of a Latin name: its first letter and three digits."""
    letters = [letter for letter in name if "a" <= letter <= "z"]
    if not letters:
        return name[:1]
    codes, before = [], _CODES.get(letters[0], 0)
    for letter in letters[1:]:
        code = _CODES.get(letter, 0)
        if code and code != before:
            codes.append(str(code))
        if letter not in "hw":
            before = code
    return (letters[0] + "".join(codes) + "000")[:4]
