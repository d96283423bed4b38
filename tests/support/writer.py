"""One of several writers at once: ``python -m tests.support.writer NUMBER SECONDS`` works as a busy colleague would.

Prints one JSON object: what it did, by kind, and every error it met. Run against the database of the environment.
"""

import json
import os
import random
import sys
import time
from collections import Counter
from typing import Any

SHARED_KEYS = 400


def work(number: int, seconds: float) -> dict[str, Any]:
    """Create, change, log, feed, merge and unmerge for ``seconds``."""
    from regulars.customers import actions, timeline
    from regulars.customers.models import Party
    from regulars.kit import clock

    done: Counter[str] = Counter()
    errors: list[str] = []
    mine: list[Party] = []
    draw, n = random.Random(number), 0
    common = Party.objects.get(name="共同客戶")
    deadline = time.monotonic() + seconds

    def create() -> None:
        mine.append(
            actions.create_party(
                by=None, name=f"寫手{number}之{n}", contact_points=[("mobile", f"09{number:02}{n:06}")]
            )
        )

    def change() -> None:
        actions.change_party(party=common, changes={"about": f"{number}/{n}"}, by=None)

    def log() -> None:
        timeline.record(kind="channels.note_written", customer=draw.choice(mine), text=f"第 {n} 次")

    def feed() -> None:
        keys = draw.sample(range(SHARED_KEYS), 20)
        timeline.record_many(
            timeline.NewEvent(
                kind="channels.note_written",
                customer_id=common.pk,
                occurred_at=clock.now(),
                source="feed",
                source_key=f"k{key}",
            )
            for key in keys
        )

    def merge_and_back() -> None:
        one, other = draw.sample(mine, 2)
        actions.unmerge(merge=actions.merge_parties(winner=one, loser=other, by=None), by=None)

    while time.monotonic() < deadline:
        n += 1
        act = create if len(mine) < 3 else draw.choices((create, change, log, feed, merge_and_back), (3, 4, 6, 2, 1))[0]
        try:
            act()
        except Exception as error:  # noqa: BLE001 -- every error a user would meet is what the test is about
            errors.append(f"{act.__name__}: {type(error).__name__}: {error}")
        else:
            done[act.__name__] += 1
    return {"done": done, "errors": errors}


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "regulars.config.settings")
    import django

    django.setup()
    sys.stdout.write(json.dumps(work(int(sys.argv[1]), float(sys.argv[2]))))
