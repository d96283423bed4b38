"""Pages at scale, as each role sees them, asked for from outside.

As a command (`python -m bench.scale.pages ROLE...`) it prints what the measurement needs of the record: a session of one
user of each role and the paths.
"""

from __future__ import annotations

import http.client
import json
import os
import sys
import time
from typing import TYPE_CHECKING, Any
from unittest.mock import patch
from urllib.parse import quote, urlsplit

from bench.harness import Figure
from bench.scale.paths import LIST_MS, ROLES, customers, paths
from tools import server

if TYPE_CHECKING:
    from bench.scale import Place

RUNS, WARM = 30, 3
PEER, PEER_FIND_MS, PEER_RECORD_MS = "established Python CRMs at a million", 960.0, 265.0
_GROUPS = ("list", "search")


def figures(place: Place) -> list[Figure]:
    """The 95th percentile of every page; of the many sorts and filters the worst of each role stands for all."""
    told = json.loads(place.python("bench.scale.pages", *ROLES))
    found: list[Figure] = []
    with patch.dict(os.environ, place.environment), server.running(place.home) as address:
        for role in ROLES:
            answers = {
                name: (_p95(address, told[role]["session"], path), limit)
                for name, (path, limit) in told[role]["paths"].items()
            }
            found += _told(place.name, role, answers)
    return found


def _told(database: str, role: str, answers: dict[str, tuple[float, float]]) -> list[Figure]:
    found = []
    for name, (took, limit) in answers.items():
        if not name.startswith(_GROUPS):
            peer = (PEER, PEER_RECORD_MS) if name == "customer page" else ("", None)
            found.append(
                Figure(f"{database}, {role}: {name}, p95", took, "ms", target=limit, peer=peer[0], peer_value=peer[1])
            )
    for group, peer in (("list", ("", None)), ("search", (PEER, PEER_FIND_MS))):
        if several := {name: took for name, (took, _) in answers.items() if name.startswith(group)}:
            worst = max(several, key=lambda name: several[name])
            typical = sorted(several.values())[len(several) // 2]
            found.append(
                Figure(f"{database}, {role}: {group}, {len(several)} kinds, median p95", typical, "ms", target=LIST_MS)
            )
            found.append(
                Figure(
                    f"{database}, {role}: {worst}, the worst of them, p95",
                    several[worst],
                    "ms",
                    target=LIST_MS,
                    peer=peer[0],
                    peer_value=peer[1],
                )
            )
    return found


def _p95(address: str, session: str, path: str) -> float:
    """Milliseconds."""
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=60)
    headers = {"Cookie": f"sessionid={session}", "Accept-Encoding": "gzip"}
    times = []
    for number in range(WARM + RUNS):
        began = time.perf_counter()
        connection.request("GET", quote(path, safe="/?=&.,~-%"), headers=headers)
        answer = connection.getresponse()
        answer.read()
        if answer.status != http.HTTPStatus.OK:
            raise RuntimeError(f"{path}: {answer.status}")
        if number >= WARM:
            times.append((time.perf_counter() - began) * 1000)
    connection.close()
    return sorted(times)[int(RUNS * 0.95)]


def prepared(roles: list[str]) -> dict[str, Any]:
    """A session and the paths of each role."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    from regulars.staff.models import User

    known = customers()
    found = {}
    for role in roles:
        user = User.objects.filter(role=role, is_active=True).order_by("pk")[0]
        session = SessionStore()
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session.create()
        found[role] = {"session": session.session_key, "paths": paths(role, known)}
    return found


def main() -> None:
    """The command."""
    import django

    django.setup()
    print(json.dumps(prepared(sys.argv[1:])))


if __name__ == "__main__":
    main()
