"""Questions of a quiz as text: ``?`` begins a question, ``*`` its right answer, ``-`` a wrong one; English | 中文."""

from __future__ import annotations

from typing import Any, Final

from django.utils import translation
from django.utils.translation import gettext as _

from regulars.kit import text
from regulars.kit.errors import UserError

MOST: Final = 20
MOST_CHOICES: Final = 8
_LONGEST: Final = 200


def read(told: str) -> list[dict[str, Any]]:
    """The questions that a text holds.

    Raises:
        UserError: a line begins otherwise, or a question has not exactly one right answer and a wrong one.
    """
    found: list[dict[str, Any]] = []
    for line in (one.strip() for one in told.splitlines() if one.strip()):
        sign, words = line[0], _both(line[1:])
        if sign == "?":
            found.append({**words, "choices": [], "right": -1})
        elif sign in "*-" and found:
            if sign == "*":
                _once(found[-1])
                found[-1]["right"] = len(found[-1]["choices"])
            found[-1]["choices"].append(words)
        else:
            raise UserError(_("This line begins with neither ?, * nor -: %(line)s") % {"line": line[:60]})
    if len(found) > MOST or any(len(one["choices"]) > MOST_CHOICES for one in found):
        raise UserError(_("At most 20 questions with at most 8 answers each."))
    if any(one["right"] < 0 or len(one["choices"]) < 2 for one in found):
        raise UserError(_("Every question needs one right answer (*) and a wrong one (-)."))
    return found


def _once(question: dict[str, Any]) -> None:
    if question["right"] >= 0:
        raise UserError(_("Every question needs one right answer (*) and a wrong one (-)."))


def _both(told: str) -> dict[str, str]:
    english, _bar, chinese = told.partition("|")
    words = {"en": text.clean(english)[:_LONGEST], "zh": text.clean(chinese)[:_LONGEST]}
    if not any(words.values()):
        raise UserError(_("A question or an answer says nothing."))
    return words


def write(questions: list[dict[str, Any]]) -> str:
    """The same questions as text."""
    lines = []
    for one in questions:
        lines.append(f"? {one['en']} | {one['zh']}")
        lines += [
            f"{'*' if at == one['right'] else '-'} {choice['en']} | {choice['zh']}"
            for at, choice in enumerate(one["choices"])
        ]
    return "\n".join(lines)


def said(words: dict[str, Any]) -> str:
    """A question or answer in the language of the moment, else in the other."""
    first, second = ("zh", "en") if (translation.get_language() or "").startswith("zh") else ("en", "zh")
    return str(words[first] or words[second])
