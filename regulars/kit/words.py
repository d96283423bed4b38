"""What a search index knows a text by, what somebody may have typed, and what they may have meant by it.

A document becomes a set of words without blanks or punctuation inside, so that any index that compares whole words or
their beginnings can hold them (SQLite FTS5, a PostgreSQL tsvector):

* of a run in a script without blanks (Han, kana, Hangul, Thai …) each character, each pair of neighbours and, in runs
  short enough for a person's name, each pair with one character between them (``王_明``), which finds the name when
  the middle character was mistyped;
* of other scripts the whole word without accents, and its first two and three letters (``^co``, ``^com``), because a
  short beginning is shared by so many words that an index could not collect them in time;
* numbers of other systems as ``#`` and their letters and digits.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Literal

_RUN: Final = (
    "\u2e80-\u2fdf\u3005\u3007\u3021-\u3029\u3031-\u3035\u3038-\u303b\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff"
    "\u3105-\u312f\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003ffff"
    "\u0e01-\u0e4e\u0e80-\u0ece\u1000-\u104f\u1780-\u17d3"
)
_PART = re.compile(f"[{_RUN}]+|[^\\W_{_RUN}]+")
_IS_RUN = re.compile(f"[{_RUN}]")
_MARKED = re.compile(
    "[\u0300-\u036f\u0483-\u0487\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0900-\u0dff\u0e31-\u0eff\u1ab0-\u1aff\u20d0-\u20ff]"
)
_UNSEEN = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ud800-\udfff"
    "\ue000-\uf8ff\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U000e0000-\U000e0fff]"
)
"""Zero-width, direction and joining characters, soft hyphens, fillers, variation selectors; surrogates and private ones, which are no text."""
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_APOSTROPHE = re.compile("['’ʼ`´]")
_GAP = re.compile(f"(?<=[{_RUN}])[\\s·・•‧]+(?=[{_RUN}])")
_LEGAL_RUN: Final = re.compile(
    r"(?:股份有限|有限責任|股份|有限|無限)公司$|^(?:株式会社|株式會社|有限会社)|(?:株式会社|株式會社|有限会社|公司)$"
)
_LEGAL_WORDS: Final = frozenset({"co", "ltd", "limited", "inc", "llc", "corp", "corporation", "company", "gmbh", "plc"})
_LONGEST_NAME: Final = 4
SHORT: Final = (2, 3)
LONGEST_TYPED: Final = 200
MOST_WORDS: Final = 8
LONGEST_WORD: Final = 60
SHORTEST_TYPO: Final = 4

_VARIANTS: Final = str.maketrans(
    "臺峯羣衆啓鑒鍳艷恒真温黄吕呉强栢麽爲僞牀綫裡双宝国号濶鷄邨曁晩葉龍萬與禮無廣張陳劉楊趙吳孫馬鄭謝許賴羅蔣盧蘇鍾譚韋鄧蕭馮",
    "台峰群眾啟鑑鑑豔恆眞溫黃呂吳強柏麼為偽床線裏雙寶國號闊雞村暨晚叶龙万与礼无广张陈刘杨赵吴孙马郑谢许赖罗蒋卢苏钟谭韦邓萧冯",
)
"""Forms of one character that people mix in names; both sides are folded to the same, so it does not matter to which."""
_LETTERS: Final = str.maketrans({"đ": "d", "ð": "d", "ø": "o", "ł": "l", "æ": "ae", "œ": "oe", "ı": "i", "þ": "th"})


def fold(text: str) -> str:
    r"""Return the form in which search compares: compatibility forms and case folded, unseen characters taken out, variants as one.

    >>> fold("Ｌｉｎ\\u200b　臺積電")
    'lin 台積電'
    """
    if text.isascii():
        return " ".join(_CONTROL.sub(" ", text).casefold().split())
    told = _UNSEEN.sub("", unicodedata.normalize("NFKC", text))
    return " ".join(_CONTROL.sub(" ", told).casefold().translate(_VARIANTS).split())


def plain(word: str) -> str:
    """Return ``word`` without accents: ``josé`` → ``jose``."""
    if word.isascii():
        return word
    parts = unicodedata.normalize("NFD", word.translate(_LETTERS))
    return unicodedata.normalize("NFC", "".join(one for one in parts if unicodedata.category(one) != "Mn"))


def parts(folded: str) -> Iterator[tuple[bool, str]]:
    """The runs (True) and words (False) of a folded text, accents taken from the words."""
    for match in _PART.finditer(_joined(folded)):
        found = match.group()
        if _IS_RUN.match(found):
            yield True, found
        elif word := plain(found):
            yield False, word


def _joined(folded: str) -> str:
    """Marks of scripts that write vowels as marks stay inside their word: a regular expression would break it there."""
    if folded.isascii() or not _MARKED.search(folded):
        return folded
    return "".join(one for one in folded if unicodedata.category(one) not in {"Mn", "Mc"})


def of_text(text: str) -> set[str]:
    """What a name is known by in the index."""
    folded = fold(text)
    known: set[str] = set()
    for is_run, found in parts(folded):
        known.update(_of_run(found) if is_run else _of_word(found[:LONGEST_WORD]))
    closed = _APOSTROPHE.sub("", _GAP.sub("", folded))
    if closed != folded:
        for is_run, found in parts(closed):
            known.update(_of_run(found) if is_run else _of_word(found[:LONGEST_WORD]))
    return known


def _of_run(run: str) -> Iterator[str]:
    yield from run
    for i in range(len(run) - 1):
        yield run[i : i + 2]
    if len(run) <= _LONGEST_NAME:
        for i in range(len(run) - 2):
            yield f"{run[i]}_{run[i + 2]}"


def _of_word(word: str) -> Iterator[str]:
    yield word
    for length in SHORT:
        if len(word) >= length:
            yield f"^{word[:length]}"


def of_number(number: str) -> set[str]:
    """What a number of another system is known by: its letters and digits, and its figures without what stands before them.

    >>> sorted(of_number("M-0000123"))
    ['#123', '#m0000123']
    """
    whole = compact(number)[:LONGEST_WORD]
    if not whole:
        return set()
    figures = re.search(r"\d+$", whole)
    bare = figures.group().lstrip("0") if figures else ""
    return {f"#{whole}", f"#{bare}"} if bare else {f"#{whole}"}


def compact(text: str) -> str:
    """The letters and digits of a text, folded, and nothing between them."""
    return "".join(found for _is_run, found in parts(fold(text)))


_PUBLIC: Final = frozenset(
    [
        "com",
        "net",
        "org",
        "edu",
        "gov",
        "idv",
        "tw",
        "jp",
        "cn",
        "hk",
        "us",
        "uk",
        "de",
        "www",
        "mail",
        "gmail",
        "yahoo",
        "hotmail",
        "outlook",
        "msn",
        "icloud",
        "live",
        "example",
        "http",
        "https",
    ]
)


def of_address(address: str) -> set[str]:
    """What a mail address, a site or an account is known by: its own words, not those that everybody's has."""
    known: set[str] = set()
    for is_run, found in parts(fold(address)):
        if is_run:
            known.update(_of_run(found))
        elif len(found) > 2 and found not in _PUBLIC and not found[0].isdigit():
            known.update(_of_word(found[:LONGEST_WORD]))
    return known


@dataclass(frozen=True, slots=True)
class Term:
    """One thing typed that has to be found: a run of characters, or (the beginning of) a word."""

    kind: Literal["run", "word"]
    text: str


def terms(typed: str) -> list[Term]:
    """What somebody typed, as what has to be found; the legal form of a company is left out where something else remains.

    >>> [term.text for term in terms("台灣積體電路股份有限公司 Ltd.")]
    ['台灣積體電路']
    """
    folded = _APOSTROPHE.sub("", fold(typed[:LONGEST_TYPED]))
    found = [Term("run" if is_run else "word", text[:LONGEST_WORD]) for is_run, text in parts(folded)]
    kept = [bare for one in found if (bare := _without_form(one))]
    return list(dict.fromkeys(kept or found))[:MOST_WORDS]


def _without_form(term: Term) -> Term | None:
    if term.kind == "word":
        return None if term.text in _LEGAL_WORDS else term
    bare = _LEGAL_RUN.sub("", term.text)
    return Term("run", bare) if bare else None


def bare_name(folded: str) -> str:
    """A folded name as it is compared: letters and digits of its parts, without the legal form of a company."""
    return " ".join(term.text for term in terms(folded))


def near_words(word: str) -> list[str]:
    """The words one slip of the finger away: a letter left out, doubled, wrong, or two neighbours exchanged."""
    alphabet = _alphabet(word)
    halves = [(word[:i], word[i:]) for i in range(len(word) + 1)]
    near = [left + right[1:] for left, right in halves if right]
    near += [left + right[1] + right[0] + right[2:] for left, right in halves if len(right) > 1]
    near += [left + one + right[1:] for left, right in halves if right for one in alphabet]
    near += [left + one + right for left, right in halves for one in alphabet]
    return [one for one in dict.fromkeys(near) if one != word and len(one) > 2]


def _alphabet(word: str) -> str:
    if word.isascii():
        return "abcdefghijklmnopqrstuvwxyz" + ("0123456789" if any(one.isdigit() for one in word) else "")
    for low, high in ((0x430, 0x44F), (0x3B1, 0x3C9)):
        if any(low <= ord(one) <= high for one in word):
            return "".join(chr(code) for code in range(low, high + 1))
    return "".join(sorted(set(word)))


def near_runs(run: str) -> list[list[str]]:
    """How a name of three or four characters is found when one of them is wrong, missing or too many: lists of words, all of a list needed.

    >>> near_runs("王小名")
    [['小名'], ['王_名'], ['王小'], ['王名']]
    """
    if not 3 <= len(run) <= _LONGEST_NAME:
        return []
    ways = []
    for wrong in range(len(run)):
        left, right = run[:wrong], run[wrong + 1 :]
        pairs = [side[i : i + 2] for side in (left, right) for i in range(len(side) - 1)]
        bridge = [f"{left[-1]}_{right[0]}"] if left and right else []
        ways.append(pairs + bridge)
    for extra in range(1, len(run) - 1):
        rest = run[:extra] + run[extra + 1 :]
        ways.append([rest[i : i + 2] for i in range(len(rest) - 1)])
    return ways


def is_near_run(run: str, text: str) -> bool:
    """Whether ``text`` holds ``run`` with at most one character wrong, missing or too many."""
    size = len(run)
    return any(
        _one_apart(run, text[start : start + length])
        for length in (size, size - 1, size + 1)
        for start in range(len(text) - length + 1)
    )


def _one_apart(one: str, other: str) -> bool:
    if one == other:
        return True
    if len(one) == len(other):
        differing = [i for i in range(len(one)) if one[i] != other[i]]
        return len(differing) == 1 or (
            len(differing) == 2
            and differing[1] == differing[0] + 1
            and one[differing[0]] == other[differing[1]]
            and one[differing[1]] == other[differing[0]]
        )
    long, short = (one, other) if len(one) > len(other) else (other, one)
    return len(long) == len(short) + 1 and any(long[:i] + long[i + 1 :] == short for i in range(len(long)))


def near_numbers(digits: str) -> list[str]:
    """The numbers of the same length with one wrong digit or two neighbours exchanged."""
    near = [digits[:i] + one + digits[i + 1 :] for i in range(len(digits)) for one in "0123456789"]
    near += [digits[:i] + digits[i + 1] + digits[i] + digits[i + 2 :] for i in range(len(digits) - 1)]
    return [one for one in dict.fromkeys(near) if one != digits]


def document(*, names: Iterable[str], numbers: Iterable[str], addresses: Iterable[str]) -> str:
    """Everything a record is found by, as one text of words in order, blanks between them."""
    known: set[str] = set()
    for name in names:
        known |= of_text(name)
    for number in numbers:
        known |= of_number(number)
    for address in addresses:
        known |= of_address(address)
    return " ".join(sorted(known))
