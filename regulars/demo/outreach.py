"""The demonstration's calls, literature and prize draw: done by the product itself, on days of the past.

Everything follows from the seed and the day: which customers, what came of each call, who won.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Final

from django.contrib.auth import get_user_model
from django.db.models import QuerySet
from django.utils import timezone, translation

from regulars.customers.models import Consent, ConsentState, ContactPointKind, Kind, Party
from regulars.kit import clock
from regulars.marketing.call_lists import actions as calls
from regulars.marketing.call_lists import calling, outcomes
from regulars.marketing.call_lists.models import CallList
from regulars.marketing.draws import actions as draws
from regulars.marketing.draws import entering, fair, questions
from regulars.marketing.draws.models import Draw
from regulars.marketing.fulfilment import actions as fulfilment
from regulars.staff import sealing

if TYPE_CHECKING:
    from regulars.staff.models import User

_SETTLED: Final = timedelta(days=90)
"""Customers known for so long."""
_CALLED, _ON_LIST, _ASKED, _ENTRIES, _WINNERS = 14, 32, 12, 40, 3
_OUTCOMES: Final = (
    "yes",
    "no",
    "not_reached",
    "later",
    "yes",
    "not_reached",
    "no",
    "wrong_number",
    "yes",
    "never",
    "not_reached",
    "later",
)
_SAID: Final = {
    "yes": ("想帶爸媽去花東，請寄行程來。", "要兩份春節禮盒的目錄。", "公司秋天要辦員工旅遊，請業務報價。"),
    "no": ("今年已經去過日本了，過一陣子再說。", "小孩要考試，今年不出門。", "已經跟別家訂了。"),
    "later": ("在開會，請明天再打。", "正在開車，晚點方便。"),
    "not_reached": ("",),
    "wrong_number": ("接電話的人說不認識。",),
    "never": ("請不要再打電話，改用電子郵件。",),
}
_SCRIPT_ZH: Final = "{name}您好，我是{company}的{agent}。\n\n您上次向我們訂購是{last_order}。明年春天的行程剛排好，老客戶可以先選日期，想請問您有沒有興趣？\n\n有興趣的話，我今天就把行程寄給您；月底前報名每人折五百元。"
_SCRIPT_EN: Final = "Hello {name}, this is {agent} of {company}.\n\nYou last ordered from us on {last_order}. Next spring's journeys are ready and regular customers choose their dates first: would you like to hear more?\n\nIf so I will send you the programme today; whoever books this month saves NT$ 500 a person."
_QUIZ: Final = """? Where does the Taroko Gorge end? | 太魯閣峽谷在哪一縣？
* Hualien | 花蓮縣
- Pingtung | 屏東縣
? When is the Mid-Autumn Festival? | 中秋節是農曆哪一天？
* On the fifteenth of the eighth lunar month | 八月十五
- On the fifth of the fifth lunar month | 五月初五
"""


def load_outreach(*, seed: int, today: date) -> int:
    """Write a call list half done, literature asked for and sent, and a quiz that was drawn; returns how many acts that were."""
    rng = random.Random(f"outreach {seed}")
    users = {one.username: one for one in get_user_model().objects.all()}
    with translation.override("zh-hant"):
        return _draw(rng, users, today, seed) + _literature(rng, users, today) + _calls(rng, users, today)


def _at(today: date, *, days_ago: int, hour: int, minutes: int = 0) -> datetime:
    return (
        timezone.make_aware(datetime.combine(today, time(hour))) - timedelta(days=days_ago) + timedelta(minutes=minutes)
    )


def _people(today: date) -> QuerySet[Party]:
    known = _at(today, days_ago=0, hour=0) - _SETTLED
    return Party.objects.live().filter(kind=Kind.PERSON, created_at__lt=known, summary__orders__gt=0)


def _calls(rng: random.Random, users: dict[str, User], today: date) -> int:
    agreed = Consent.objects.filter(channel="phone", state=ConsentState.GRANTED).values("party")
    people = _people(today).filter(pk__in=agreed).order_by("-summary__revenue", "pk")
    ids = list(people.values_list("pk", flat=True)[:_ON_LIST])
    with clock.stopped_at(_at(today, days_ago=1, hour=9, minutes=30)):
        script = calls.save_script(
            script=None, by=None, name="春季行程", words_zh=_SCRIPT_ZH, words_en=_SCRIPT_EN, fields_zh="幾個人同行？\n想去哪裡？",
            fields_en="How many travel together?\nWhere would they like to go?",
        )  # fmt: skip
        made = calls.make(
            origin="",
            name="春季行程邀約",
            script=script,
            party_ids=ids,
            not_after=_at(today, days_ago=-14, hour=0),
            by=users["marketer"],
        )
    return sum(
        _call(made, users[agent], rng, today, number)
        for number, agent in enumerate(("agent", "agent2", "agent") * (_CALLED // 3))
    )


def _call(made: CallList, agent: User, rng: random.Random, today: date, number: int) -> int:
    """One call of yesterday morning; 0 where nobody is left to call."""
    moment = _at(today, days_ago=1, hour=10, minutes=9 * number)
    with clock.stopped_at(moment):
        call = calling.next_call(call_list=made, by=agent)
        if call is None:
            return 0
        outcome = _OUTCOMES[number % len(_OUTCOMES)]
        later = outcome == "later"
        outcomes.record(
            call=call, outcome=outcome, by=agent, note=rng.choice(_SAID[outcome]), minutes=rng.randint(1, 6) if outcome != "not_reached" else None,
            answers={"幾個人同行？": str(rng.randint(1, 3))} if outcome == "yes" else {},
            call_back_at=_at(today, days_ago=0, hour=10 + number % 6) if later else None,
        )  # fmt: skip
    return 1


def _literature(rng: random.Random, users: dict[str, User], today: date) -> int:
    names = (
        ("春季行程型錄", "Spring journeys catalogue", "catalogue", 4_500),
        ("鳳梨酥試吃", "Pineapple cake sample", "sample", 3_000),
        ("企業送禮手冊", "Corporate gifts", "brochure", 6_000),
    )
    with clock.stopped_at(_at(today, days_ago=30, hour=10)):
        items = [
            fulfilment.save_item(item=None, name_zh=zh, name_en=en, kind=kind, public=True, cost=cost, by=None)
            for zh, en, kind, cost in names
        ]
    found = list(_people(today).exclude(address="").order_by("pk")[: 10 * _ASKED])
    asking = rng.sample(found, min(2 * _ASKED, len(found)))
    sent = _ask(asking[:_ASKED], items, rng, today, days_ago=9)
    with clock.stopped_at(_at(today, days_ago=6, hour=15)):
        if sent:
            gone = fulfilment.gather(request_ids=sent, name="上週索取", by=users["marketer"])
            fulfilment.mark_sent(fulfilment_list=gone, by=users["marketer"])
    return len(sent) + len(_ask(asking[_ASKED:], items, rng, today, days_ago=2))


def _ask(people: Sequence[Party], items: Sequence[Any], rng: random.Random, today: date, *, days_ago: int) -> list[int]:
    told = []
    for number, party in enumerate(people):
        with clock.stopped_at(_at(today, days_ago=days_ago, hour=10, minutes=25 * number)):
            source = "form" if rng.random() < 0.6 else "staff"
            made, _new = fulfilment.request(party=party, item=rng.choice(items), by=None, source=source)
            told.append(made.pk)
    return told


def _draw(rng: random.Random, users: dict[str, User], today: date, seed: int) -> int:
    begun, ended = _at(today, days_ago=20, hour=9), _at(today, days_ago=3, hour=20)
    with clock.stopped_at(begun):
        held = draws.save_draw(
            draw=None, by=users["marketer"], slug="spring-quiz", title_zh="春遊有獎問答", title_en="Spring journeys quiz", prize_zh="宜蘭礁溪兩天一夜雙人行程",
            prize_en="Two days in Yilan for two", words_zh="答對兩題就能參加抽獎。每人限參加一次，得獎編號於截止後公布。",
            words_en="Answer both questions and take part. One entry a person; the winning numbers are published afterwards.",
            questions=questions.read(_QUIZ), winners=_WINNERS, opens_at=begun, closes_at=ended,
        )  # fmt: skip
        draws.publish(draw=held, by=users["marketer"])
        _same_each_time(held, seed)
    reached = (
        _people(today).filter(contact_points__kind=ContactPointKind.EMAIL, contact_points__ended_at=None).distinct()
    )
    found = list(reached.order_by("pk")[: 5 * _ENTRIES])
    people = rng.sample(found, min(_ENTRIES, len(found)))
    for number, party in enumerate(people):
        point = party.contact_points.filter(kind=ContactPointKind.EMAIL, ended_at=None).order_by("pk").first()
        with clock.stopped_at(begun + (ended - begun) * (number + 1) / (len(people) + 2)):
            wrong = rng.random() < 0.2
            told = {"name": party.name, "email": point.raw if point else "", "mobile": "", "agrees": False}
            entering.enter(draw=held, told=told, answers=[0, int(wrong)], language="zh-hant")
    with clock.stopped_at(_at(today, days_ago=2, hour=10)):
        if people:
            draws.draw_winners(draw=held, by=users["marketer"])
    return len(people)


def _same_each_time(draw: Draw, seed: int) -> None:
    """A seed that follows from the demonstration's own: nobody may win something here, and two loadings are to be alike."""
    told = hashlib.sha256(f"demonstration {seed}".encode()).hexdigest()
    Draw.objects.filter(pk=draw.pk).update(sealed_seed=sealing.seal(told), commitment=fair.commitment(told))
