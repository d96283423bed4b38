"""Where it rages: an empty home on one of the databases, a broker where one is wanted, and what is in a hurry there."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from tools import postgres, rabbitmq

ROOT = Path(__file__).resolve().parents[2]


def at_noon() -> str:
    """A time zone in which it is about noon now, so that quiet hours do not hold anything back."""
    ahead = 12 - datetime.now(UTC).hour
    return f"Etc/GMT{-ahead:+d}" if ahead else "UTC"


@contextmanager
def prepared(database: str) -> Iterator[dict[str, str]]:
    """The environment of an empty home on ``database``."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("REGULARS_", "DJANGO_"))}
    kept |= {"DJANGO_SETTINGS_MODULE": "regulars.config.settings", "REGULARS_TIME_ZONE": at_noon()}
    with tempfile.TemporaryDirectory(prefix="regulars-chaos-") as home:
        kept |= {"REGULARS_HOME": home, "REGULARS_MAIL_FROM": "Regulars <hello@example.com>"}
        if database == "sqlite":
            yield kept
            return
        with postgres.private_server() as address:
            if address is None:
                raise SystemExit(f"no PostgreSQL here; to install: {'sudo apt-get install -y postgresql'}")
            yield kept | {"REGULARS_DATABASE_URL": address}


@contextmanager
def broker(wanted: bool) -> Iterator[str | None]:
    """The address of a broker of our own, if one is wanted."""
    if not wanted:
        yield None
        return
    with rabbitmq.private_server() as address:
        if address is None:
            raise SystemExit(f"no RabbitMQ here; to install: {rabbitmq.INSTALL}")
        yield address
