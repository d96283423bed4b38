"""The next steps that an analysis may advise: what each is called, and which composer does it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from regulars.customers import reasons


@dataclass(frozen=True, slots=True)
class Step:
    """``label`` is the verb on the button; ``mode`` the composer that opens (call, write, visit, task); ``icon`` its glyph."""

    key: str
    label: str
    mode: str
    icon: str


_MODES: Final = {"write": "write", "win_back": "write", "second_purchase": "write", "remind": "write"}
_ICONS: Final = {
    "call": "phone", "write": "letter", "win_back": "letter", "welcome": "walk-in", "second_purchase": "gift", "deepen": "gift",
    "grow": "tag", "remind": "bell", "reacquaint": "phone", "review_terms": "briefcase", "settle_complaint": "warning",
}  # fmt: skip


def step_of(key: str) -> Step:
    """The step called ``key``; the telephone does what no other composer does."""
    mode = _MODES.get(key, "call")
    return Step(key, reasons.action_label(key), mode, _ICONS.get(key, "phone" if mode == "call" else "letter"))
