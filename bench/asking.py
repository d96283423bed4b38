"""Asks the search index and the screen pop for random customers of the record: `python -m bench.asking RUNS` prints times as JSON."""

from __future__ import annotations

import json
import os
import random
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

RUNS_EACH = 8
WORDS = {
    "common surname": ["陳", "林", "wang", "chen", "smith"],
    "two letters": ["co", "wa", "ji"],
    "company, short": ["台灣", "電子", "科技"],
}


def queries(draw: random.Random) -> Iterator[tuple[str, str]]:
    """Kinds of query, each with values of customers drawn at random."""
    from django.db.models import Max

    from regulars.commerce.models import Order
    from regulars.customers.models import ContactPoint, Identifier, Party

    def some(rows: Any, count: int = RUNS_EACH) -> list[Any]:
        last = rows.aggregate(last=Max("pk"))["last"] or 0
        found = (
            [rows.filter(pk__gte=draw.randint(1, last)).order_by("pk").first() for _ in range(count)] if last else []
        )
        return [one for one in found if one is not None]

    for point in some(ContactPoint.objects.filter(kind="mobile")):
        national = f"0{point.normalised.removeprefix('+886')}"
        yield "phone, as it is dialled", national
        yield "phone, with dashes", f"{national[:4]}-{national[4:7]}-{national[7:]}"
        yield "phone, last four digits", national[-4:]
        yield "phone, one digit wrong", national[:-1] + str((int(national[-1]) + 1) % 10)
    for point in some(ContactPoint.objects.filter(kind="email")):
        yield "mail, whole", point.normalised
        yield "mail, beginning", point.normalised[:6]
    for number in some(Identifier.objects.all()):
        yield "card or customer number", number.external_id
    for order in some(Order.objects.all()):
        yield "order number", order.number
    for party in some(Party.objects.filter(merged_into=None)):
        yield "name", party.name
        yield "two characters of a name", party.name[-2:]
        yield "name, one character wrong", f"{party.name[:1]}龘{party.name[2:]}"
        if party.other_name:
            yield "Latin name", party.other_name
            yield "Latin name, one slip", party.other_name[:2] + party.other_name[3:]
    for kind, words in WORDS.items():
        for word in words:
            yield kind, word


def timed(act: Callable[[], object]) -> float:
    """Milliseconds of the faster of two calls in a row: other work on the machine is not what is measured."""
    best = float("inf")
    for _ in range(2):
        started = time.perf_counter()
        act()
        best = min(best, (time.perf_counter() - started) * 1000)
    return best


def main() -> None:
    """The command."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "regulars.config.settings")
    django.setup()
    from regulars.customers.models import Party
    from regulars.customers.page.pop import screen_pop
    from regulars.customers.queries.search import likeliest
    from regulars.staff.models import Role, Team, User

    customers = Party.objects.count()
    times: dict[str, list[float]] = {}
    team = Team.objects.filter(parties__isnull=False).order_by("pk").first()
    users = {
        "": User(role=Role.OWNER, is_active=True, pk=0),
        " (a seller)": User(role=Role.SELLER, team=team, is_active=True, pk=0),
    }
    for _ in range(int(sys.argv[1])):
        for kind, typed in queries(random.Random(7)):
            for who, user in users.items():
                times.setdefault(kind + who, []).append(timed(lambda: likeliest(user, typed)))  # noqa: B023 -- called at once
            if kind == "phone, as it is dialled":
                times.setdefault("screen pop, by phone", []).append(
                    timed(lambda: json.dumps(screen_pop(users[""], typed).as_dict()))  # noqa: B023
                )
    print(json.dumps({"customers": customers, "times": times}))


if __name__ == "__main__":
    main()
