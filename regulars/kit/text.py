"""Text in two scripts: folding for comparison, search tokens, names of people in their own order."""

from __future__ import annotations

import re
import unicodedata

_HAN = "\u2e80-\u2fdf\u3005\u3007\u3021-\u3029\u3038-\u303b\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_HAN_RE = re.compile(f"[{_HAN}]")
_HAN_ONLY = re.compile(f"^[{_HAN}·・]+$")
_TOKEN = re.compile(f"[{_HAN}]+|[^\\W{_HAN}_]+")
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\u00ad]")


def clean(text: str) -> str:
    """Return ``text`` without control, zero-width and direction characters, blanks folded to one space."""
    if text.isprintable():  # which none of these are
        return " ".join(text.split())
    without = _INVISIBLE.sub("", text)
    kept = "".join(c if unicodedata.category(c) != "Cc" else " " for c in without)
    return " ".join(kept.split())


def fold(text: str) -> str:
    """Return the form in which two texts are compared: NFKC, case-folded, 臺 as 台, cleaned."""
    return clean(unicodedata.normalize("NFKC", text)).casefold().replace("臺", "台")


def has_han(text: str) -> bool:
    """True when ``text`` holds at least one Han character."""
    return bool(_HAN_RE.search(text))


def tokens(text: str) -> list[str]:
    """Return search tokens: whole Latin words and numbers; of a Han run each character and each pair of neighbours.

    >>> tokens("王小明 Ming")
    ['王', '小', '明', '王小', '小明', 'ming']
    """
    found: list[str] = []
    for match in _TOKEN.finditer(fold(text)):
        run = match.group()
        if _HAN_RE.match(run):
            found.extend(run)
            found.extend(run[i : i + 2] for i in range(len(run) - 1))
        else:
            found.append(run)
    return found


def person_name(family: str, given: str) -> str:
    """Return a person's display name: family name first without a space in Han script, last otherwise."""
    family, given = family.strip(), given.strip()
    if _HAN_ONLY.match(family + given):
        return family + given
    return f"{given} {family}".strip()
