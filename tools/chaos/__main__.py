"""`./run chaos [--what senders|campaign] [--messages N | --customers N] [--kills N] [--database ...] [--broker] [--json FILE]`."""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from tools import chaos, sink
from tools.chaos import campaign, senders
from tools.chaos.home import broker, prepared

KILLS_PER_THOUSAND = 3


def parser() -> argparse.ArgumentParser:
    """What may be said."""
    words = argparse.ArgumentParser(prog="./run chaos", description=(chaos.__doc__ or "").splitlines()[0])
    words.add_argument("--what", choices=("senders", "campaign"), default="senders")
    words.add_argument("--messages", type=int, default=20_000, help="for senders")
    words.add_argument("--customers", type=int, default=5_000, help="for campaign")
    words.add_argument("--kills", type=int, help="default: three for a thousand messages or customers, at least three")
    words.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    words.add_argument("--broker", action="store_true", help="send through RabbitMQ and Celery workers")
    words.add_argument("--seed", type=int, default=1)
    words.add_argument("--json", type=Path, metavar="FILE")
    return words


def rage(chosen: argparse.Namespace, environment: dict[str, str], kept: sink.Kept) -> senders.Tally | campaign.Tally:
    """Let it rage once, in the home of ``environment``."""
    size = chosen.messages if chosen.what == "senders" else chosen.customers
    kills = chosen.kills if chosen.kills is not None else max(size * KILLS_PER_THOUSAND // 1_000, 3)
    if chosen.what == "senders":
        return senders.rage(environment, kept, messages=size, kills=kills, seed=chosen.seed, database=chosen.database)
    return campaign.rage(
        environment, kept, customers=size, kills=kills, seed=chosen.seed, database=chosen.database, restore=True
    )


def main(arguments: Sequence[str]) -> int:
    """Let it rage once and say what came of it."""
    chosen = parser().parse_args(arguments)
    with prepared(chosen.database) as environment, sink.running(slowness=0.002) as kept, broker(chosen.broker) as queue:
        environment["REGULARS_SMTP_URL"] = kept.url
        if queue:
            environment["REGULARS_BROKER_URL"] = queue
        os.environ.update(environment)
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
        told = rage(chosen, environment, kept)
        from django.db import connection

        connection.close()
    figures = asdict(told) | {"kept": told.kept}
    print("\n".join(f"{name.replace('_', ' '):28} {value}" for name, value in figures.items()))
    if chosen.json:
        chosen.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    return 0 if told.kept else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
