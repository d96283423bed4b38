"""What a contact said, put together from the phrases: the same draw gives the same words."""

from __future__ import annotations

from functools import cache
from typing import Final

import numpy as np

from regulars.demo.simulator.contacts import Topic
from regulars.demo.words import phrases

_BY_SORT: Final = {Topic.INQUIRY: phrases.INQUIRY, Topic.AFTER_SALE: phrases.AFTER_SALE}
_COLUMNS: Final = {
    Topic.LEAD: phrases.LEAD,
    Topic.FOLLOW_UP: phrases.FOLLOW_UP,
    Topic.DEPARTURE: phrases.DEPARTURE,
    Topic.THANKS: phrases.THANKS,
    Topic.CARE: phrases.CARE,
    Topic.QUOTE: phrases.QUOTE,
    Topic.GRUMBLE: phrases.GRUMBLE,
    Topic.SILENCE: (phrases.SILENCE,),
    Topic.WIN_BACK: (phrases.WIN_BACK,),
    Topic.RETURNED: (phrases.RETURNED,),
    Topic.PREFERENCE: (phrases.PREFERENCE,),
    Topic.REFERRAL: (phrases.REFERRAL,),
    Topic.SETTLED: (phrases.SETTLED,),
}


_CALLED: Final = ("未接", "沒有接", "沒人接", "致電", "電話中", "再打", "例行聯繫", "去電")
_MET: Final = ("拜訪", "到公司", "檢討會議", "攤位")
_WRITTEN: Final = ("已讀", "來訊", "來信", "填了資料")
# What cannot be said of a contact, by the way it took place.
_UNFIT: Final = {
    "call": (*_MET, *_WRITTEN),
    "visit": (*_CALLED, *_WRITTEN),
    "written": (*_CALLED, *_MET, "閒聊"),
    "note": _WRITTEN,
}
# What a text says about how a call went; the first that is found.
_SIGNS: Final = (
    ("改傳訊息", "message_left"), ("未接", "no_answer"), ("沒有接", "no_answer"), ("沒人接", "no_answer"), ("no answer", "no_answer"),
    ("not answer", "no_answer"), ("已讀未回", "message_left"), ("再打", "call_back"), ("再聯絡", "call_back"), ("再聯繫", "call_back"),
    ("有興趣", "interested"), ("已經跟別家", "not_interested"), ("已在別家", "not_interested"), ("用不到", "not_interested"),
)  # fmt: skip


def outcome_of(said: str) -> str:
    """How a call or visit went, by its own words; reached when they do not tell."""
    return next((outcome for sign, outcome in _SIGNS if sign in said), "reached")


@cache
def fitting(options: tuple[str, ...], manner: str) -> tuple[str, ...]:
    """Those of ``options`` that can be said of a contact in this ``manner``: call, visit, written or note."""
    return tuple(option for option in options if not any(sign in option for sign in _UNFIT[manner])) or options


class Talker:
    """Draws sentences; one generator, so that the order of calls decides."""

    def __init__(self, seed: int) -> None:
        self._dice: list[int] = np.random.default_rng(seed).integers(0, 2**31, 1 << 16).tolist()
        self._turn = 0

    def say(self, topic: Topic, *, item: str, sort: str, english: bool = False, manner: str = "note") -> str:
        """A text on ``topic`` about the product ``item``; ``manner`` as in ``fitting``."""
        if english and (options := phrases.ENGLISH.get(f"{topic.name}.{sort}") or phrases.ENGLISH.get(topic.name)):
            return self.fill(self.pick(options), item)
        if topic is Topic.COMPLAINT:
            return self.fill(self.pick(phrases.COMPLAINT[sort]), item)
        columns = _BY_SORT[topic][sort] if topic in _BY_SORT else _COLUMNS[topic]
        return self.fill("".join(self.pick(fitting(column, manner)) for column in columns), item)

    def promise(self, topic: Topic, *, item: str, sort: str) -> str:
        """What was promised in a contact on ``topic`` about the product ``item``."""
        options = phrases.PROMISES.get(f"{topic.name}.{sort}") or phrases.PROMISES[topic.name]
        return self.fill(self.pick(options), item)

    def pick(self, options: tuple[str, ...]) -> str:
        """One of ``options``."""
        return options[self._die() % len(options)]

    def fill(self, phrase: str, item: str) -> str:
        """``phrase`` with its gaps filled."""
        if "{" not in phrase:
            return phrase
        return phrase.format(item=item, n=self._die() % 4 + 2, day=self.pick(phrases.WEEKDAYS))

    def roll(self, sides: int) -> int:
        """A number from 0 to ``sides`` - 1."""
        return self._die() % sides

    def _die(self) -> int:
        self._turn = (self._turn + 1) & 0xFFFF
        return self._dice[self._turn]
