"""schemathesis on the whole API as the owner's program: nothing breaks, and every answer is one that the schema promises.

In this process, the same examples each time; every request is taken back, so that none spoils the next. two examples
of each kind for every operation. `REGULARS_FUZZ=50` tries as many, and every boundary of every value besides (minutes).
"""

import os
from typing import Any

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from schemathesis.engine import events, from_schema

from regulars.integrations.api import build, limits
from tests.integrations.api.conftest import Caller, MakeCaller
from tests.support.permissions import taken_back

LONG = int(os.environ.get("REGULARS_FUZZ", "0"))
HANDLER = WSGIHandler()
LET_IN = ["2xx", "400", "401", "403", "404", "409", "412", "415", "422", "429"]
"""What a request that fits the schema may be answered: a number may lead nowhere, an address may be no telephone number."""

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def taking_back(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    """The product as a WSGI application that undoes the effects of each request; without the signals that close connections."""
    limits.forget()
    with taken_back():
        answer = HANDLER.get_response(WSGIRequest(environ))
    start_response(f"{answer.status_code} {answer.reason_phrase}", list(answer.items()))
    return [answer.content]


def configuration(key: str) -> Any:
    phases = {
        "examples": {"enabled": True}, "coverage": {"enabled": bool(LONG)}, "stateful": {"enabled": False},
        "fuzzing": {"enabled": True},
    }  # fmt: skip
    return schemathesis.Config.from_dict(
        {
            "headers": {"Authorization": f"Bearer {key}"},
            "generation": {"mode": "all", "max-examples": LONG or 2, "deterministic": True, "database": "none"},
            "phases": phases,
            "checks": {
                "positive_data_acceptance": {"expected-statuses": LET_IN},
                "ignored_auth": {"enabled": False},  # every address without a token: tests/contract/test_permissions.py
            },
            "workers": 1,
        }
    )


@pytest.fixture
def everywhere(make_caller: MakeCaller) -> Caller:
    """The owner's program in a house where there is something to find."""
    caller = make_caller("owner")
    point = {"kind": "mobile", "value": "0912345678"}
    pk = caller.post("/customers", {"name": "王小明", "contact_points": [point]}).told["id"]
    caller.post("/customers", {"name": "好茶有限公司", "kind": "organisation"})
    caller.post("/timeline", {"customer": pk, "kind": "channels.call_logged"})
    caller.post(f"/customers/{pk}/tasks", {"title": "Call back"})
    return caller


def test_schemathesis_finds_nothing(everywhere: Caller) -> None:
    application: Any = taking_back
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application, config=configuration(everywhere.key))
    found: dict[str, str] = {}
    tried = set()
    for event in from_schema(schema).execute():
        if isinstance(event, events.ScenarioFinished):
            tried.add(event.recorder.label)
            for checks in event.recorder.checks.values():
                for check in checks:
                    if check.failure_info is not None:
                        failure = check.failure_info.failure
                        found[f"{event.recorder.label}: {check.name}"] = (
                            f"{failure.message}\n{check.failure_info.code_sample}"
                        )
        elif isinstance(event, events.NonFatalError | events.FatalError):
            found[f"{getattr(event, 'label', '')} broke"] = repr(getattr(event, "value", event))
    assert found == {}, "\n\n".join(f"{where}\n{what}" for where, what in sorted(found.items()))
    assert len(tried) >= sum(len(methods) for methods in build.schema()["paths"].values())
