"""How fast events come in by the API, each its own request, from eight clients at once.

The product serves as it always does (uvicorn and the worker) and shares the machine with the eight clients, which are two
processes of four threads, each with a connection of its own that stays open. Every request adds one entry with its own
`source_key` to the timeline of one of a thousand customers; afterwards the entries are counted: each once, none missing.
SQLite, and PostgreSQL where a server is installed. What the web process takes of the processor for an entry stands beside
the rate: it tells a slow server from a machine that has other things to do.
"""

import http.client
import json
import multiprocessing
import os
import random
import statistics
import threading
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bench import Context, Figure
from bench.machine import processor_seconds
from tools import postgres

CLIENTS, PROCESSES, CUSTOMERS = 8, 2, 1_000
SECONDS = float(os.environ.get("REGULARS_BENCH_SECONDS", "20"))
TARGET, PEER, PEER_RATE = 300.0, "Odoo 19, BottleCRM, DjangoCRM (best), leads by API", 29.0
KINDS = ("channels.call_logged", "shop.page_seen", "channels.email_logged", "shop.cart_left")


class Client(threading.Thread):
    """One program that sends entries as fast as they are answered."""

    def __init__(self, address: str, key: str, number: int, customers: list[int], until: float) -> None:
        super().__init__()
        self.connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=30)
        self.headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        self.number, self.customers, self.until = number, customers, until
        self.times: list[float] = []
        self.failures: list[str] = []

    def run(self) -> None:
        """Send until the time is up."""
        chance = random.Random(self.number)
        while time.time() < self.until:
            entry = {
                "customer": chance.choice(self.customers), "kind": chance.choice(KINDS), "amount": chance.randrange(99_999),
                "payload": {"page": f"/tea/{chance.randrange(500)}"}, "source": f"bench-{self.number}",
                "source_key": str(len(self.times)),
            }  # fmt: skip
            started = time.perf_counter()
            self.connection.request("POST", "/api/v1/timeline", json.dumps(entry), self.headers)
            answer = self.connection.getresponse()
            body = answer.read()
            self.times.append(time.perf_counter() - started)
            if answer.status != 201:
                self.failures.append(f"{answer.status} {body[:200]!r}")


def send(address: str, key: str, numbers: list[int], customers: list[int], until: float, told: Any) -> None:
    """The clients of one process."""
    clients = [Client(address, key, number, customers, until) for number in numbers]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    told.put([(client.number, client.times, client.failures) for client in clients])


def fill(address: str, key: str) -> list[int]:
    """A thousand customers, made by the API itself."""
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=60)
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    made = []
    for number in range(CUSTOMERS):
        connection.request("POST", "/api/v1/customers", json.dumps({"name": f"Customer {number:04}"}), headers)
        made.append(json.loads(connection.getresponse().read())["id"])
    return made


def count(address: str, key: str, customers: list[int]) -> int:
    """How many entries of the bench there are, read back by the API, each once."""
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=60)
    seen: set[tuple[str, str]] = set()
    found = 0
    for customer in customers:
        path: str | None = f"/api/v1/customers/{customer}/timeline?limit=200"
        while path:
            connection.request("GET", path, headers={"Authorization": f"Bearer {key}"})
            page = json.loads(connection.getresponse().read())
            mine = [one for one in page["items"] if one["source"].startswith("bench-")]
            found += len(mine)
            seen |= {(one["source"], one["source_key"]) for one in mine}
            path = page["next"]
    if len(seen) != found:
        raise RuntimeError(f"{found - len(seen)} entries are there twice")
    return found


def burst(address: str, key: str, customers: list[int]) -> list[tuple[int, list[float], list[str]]]:
    """Eight clients for as long as the bench lasts."""
    told: Any = multiprocessing.get_context("fork").Queue()
    until = time.time() + SECONDS
    shares = [list(range(start, CLIENTS, PROCESSES)) for start in range(PROCESSES)]
    processes = [
        multiprocessing.get_context("fork").Process(target=send, args=(address, key, numbers, customers, until, told))
        for numbers in shares
    ]
    for process in processes:
        process.start()
    results = [one for _process in processes for one in told.get()]
    for process in processes:
        process.join()
    return results


def figures(context: Context, home: Path, name: str) -> list[Figure]:
    """Rate and times on one database."""
    home.mkdir()
    context.regulars("init", "--json", home=home)
    context.command("env", "REGULARS_PASSWORD=bench password 1", *python("user", "add", "bench"), home=home)
    words = ("token", "create", "--user", "bench", "--json", "--scope")
    key = context.regulars(*words, "customers:read,customers:write,timeline:write", home=home).json["token"]
    with context.serving(home) as address:
        customers = fill(address, key)
        before = processor_seconds(address)
        results = burst(address, key, customers)
        after = processor_seconds(address)
        there = count(address, key, customers)
    times = sorted(seconds for _number, spent, _failures in results for seconds in spent)
    if failures := [one for _number, _spent, failed in results for one in failed]:
        raise RuntimeError(f"{len(failures)} requests failed: {failures[0]}")
    if there != len(times):
        raise RuntimeError(f"{len(times)} entries were accepted, {there} are there")
    slow = times[int(len(times) * 0.95)] * 1000
    taken = None if before is None or after is None else (after - before) / len(times) * 1000
    return [
        Figure(
            f"{name}: events by API, eight clients", len(times) / SECONDS, "events/s", TARGET, PEER, PEER_RATE, "more"
        ),
        Figure(f"{name}: one event, median", statistics.median(times) * 1000, "ms"),
        Figure(f"{name}: one event, 95th percentile", slow, "ms"),
        *([] if taken is None else [Figure(f"{name}: one event, the web process's processor", taken, "ms")]),
    ]


def python(*words: str) -> tuple[str, ...]:
    """The `regulars` command."""
    import sys

    return (sys.executable, "-m", "regulars.config.cli", *words)


def run(context: Context) -> list[Figure]:
    """Events a second on SQLite and on PostgreSQL."""
    found = figures(context, context.home / "sqlite", "SQLite")
    with postgres.private_server() as url:
        if url is None:
            return found
        before = os.environ.get("REGULARS_DATABASE_URL")
        os.environ["REGULARS_DATABASE_URL"] = url
        try:
            found += figures(context, context.home / "postgresql", "PostgreSQL")
        finally:
            os.environ.pop("REGULARS_DATABASE_URL")
            if before is not None:
                os.environ["REGULARS_DATABASE_URL"] = before
    return found
