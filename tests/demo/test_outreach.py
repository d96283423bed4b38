"""The demonstration opens with a call list half done, literature asked for and sent, and a draw that anybody can check."""

import pytest

from regulars.marketing.call_lists import queries as calls
from regulars.marketing.call_lists.models import CallList
from regulars.marketing.draws import fair
from regulars.marketing.draws import queries as draws
from regulars.marketing.draws.models import Draw
from regulars.marketing.fulfilment.models import Request
from tests.demo_fixture import Demo

pytestmark = pytest.mark.django_db


def test_call_list_is_half_done(shared_demo: Demo) -> None:
    told = calls.progress(CallList.objects.get(), shared_demo.user("owner"))
    assert told.total >= 20
    assert told.outcomes["yes"] >= 2
    assert told.callbacks >= 1
    assert told.due + told.later >= 8
    assert len(calls.agents(CallList.objects.get(), shared_demo.user("owner"))) == 2


def test_some_literature_went_out_and_some_is_asked_for(shared_demo: Demo) -> None:
    assert Request.objects.filter(state="sent").exclude(address="").count() >= 5
    assert Request.objects.loose().count() >= 5


def test_draw_is_over_and_its_proof_holds(shared_demo: Demo) -> None:
    proof = draws.proof_of(Draw.objects.get())
    assert len(proof["winners"]) == 3
    assert len(proof["entries"]) >= 20
    assert fair.problems(proof) == []
