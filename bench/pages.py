"""How fast the main pages answer and how much they weigh, on the demonstration company and on Online Retail II.

Server time is measured from outside, request by request over a kept-open connection to the running product, as the
median and the 95th percentile of 30 requests after 3 that are not counted. Weight is the compressed HTML. The peers'
figures were measured on like hardware with 100,000 customers: a customer record with its history took established
Python CRMs 265, 266 and 1,175 ms; they are shown beside ours as orders of magnitude, not as a race on equal data.
"""

import http.client
import re
import statistics
import time
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from bench import Context, Figure

PAGES = {
    "Today": "/",
    "customers": "/customers/",
    "customers in pre-divorce": "/customers/?stage=pre_divorce&sort=-at_stake",
    "customer page": None,
    "company at a glance": "/company/",
}
PEER_RECORD_MS = 265.0
TARGET_MS, TARGET_KB = 100.0, 100.0
PASSWORD = "bench password 1"  # of a user of a throw-away home


class Visitor:
    """A signed-in browser reduced to what timing needs."""

    def __init__(self, address: str, username: str = "bench", password: str = PASSWORD) -> None:
        self.connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=60)
        self.cookies: dict[str, str] = {}
        token = re.search(rb'name="csrfmiddlewaretoken" value="(\w+)"', self.get("/sign-in/", encoding="identity"))
        form = {
            "username": username,
            "password": password,
            "csrfmiddlewaretoken": token.group(1).decode() if token else "",
        }
        headers = self.headers() | {"Content-Type": "application/x-www-form-urlencoded", "Referer": address}
        self.connection.request("POST", "/sign-in/", urlencode(form), headers)
        self.receive()

    def headers(self) -> dict[str, str]:
        """What every request carries."""
        return {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}

    def receive(self) -> bytes:
        """The body of the answer; remembers its cookies."""
        answer = self.connection.getresponse()
        for line in answer.headers.get_all("Set-Cookie") or []:
            name, _equals, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value
        if answer.status >= 400:
            raise RuntimeError(f"{answer.status} {answer.reason}")
        return answer.read()

    def get(self, path: str, *, encoding: str = "gzip") -> bytes:
        """Fetch one page."""
        self.connection.request("GET", path, headers=self.headers() | {"Accept-Encoding": encoding})
        return self.receive()

    def first_customer(self) -> str:
        """The page of the customer with most orders."""
        listed = re.search(rb"/customers/(\d+)/", self.get("/customers/?sort=-orders", encoding="identity"))
        return f"/customers/{listed.group(1).decode() if listed else 1}/"


def figures(context: Context, home: Path, company: str) -> list[Figure]:
    """Time and weight of every page of one home."""
    context.command(
        "env", f"REGULARS_PASSWORD={PASSWORD}", *_python("user", "add", "bench", "--role", "owner"), home=home
    )
    found = []
    with context.serving(home) as address:
        visitor = Visitor(address)
        for name, path in PAGES.items():
            page = path or visitor.first_customer()
            times, weight = measure(visitor, page)
            peer, peer_ms = (
                ("established Python CRM, record with history", PEER_RECORD_MS) if path is None else ("", None)
            )
            found += [
                Figure(
                    f"{company}: {name}, median",
                    statistics.median(times),
                    "ms",
                    target=TARGET_MS,
                    peer=peer,
                    peer_value=peer_ms,
                ),
                Figure(f"{company}: {name}, p95", sorted(times)[int(len(times) * 0.95)], "ms", target=TARGET_MS),
                Figure(f"{company}: {name}, weight", weight, "kB", target=TARGET_KB),
            ]
    return found


def measure(visitor: Visitor, page: str) -> tuple[list[float], float]:
    """Milliseconds of 30 answers and kilobytes of the last, compressed."""
    times, body = [], b""
    for number in range(33):
        started = time.perf_counter()
        body = visitor.get(page)
        if number >= 3:
            times.append((time.perf_counter() - started) * 1000)
    return times, len(body) / 1000


def _python(*words: str) -> tuple[str, ...]:
    import sys

    return (sys.executable, "-m", "regulars.config.cli", *words)


def run(context: Context) -> list[Figure]:
    """Pages on the demonstration company and on real orders."""
    demo, real = context.home / "demo", context.home / "real"
    context.regulars("init", "--demo", home=demo)
    result = figures(context, demo, "demo")
    orders = context.data("retail_online_retail_II/online_retail_II_2009_2010.csv.gz")
    context.regulars("import", str(orders), "--json", home=real)
    return result + figures(context, real, "Online Retail II")
