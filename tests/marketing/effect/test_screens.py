"""The list of effects, the page of one, what all of marketing earns, a file measured elsewhere."""

import gzip
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from regulars.customers.models import Party
from regulars.kit import clock
from regulars.marketing.effect import actions, queries
from regulars.marketing.effect.actions import assign_parties, set_hold_out
from regulars.marketing.effect.models import CONTROL, Experiment, HoldOutRules, Layer
from regulars.marketing.effect.resources import in_arm
from regulars.marketing.effect.tasks import work_once
from tests.marketing.effect.conftest import arms_of, buys, make_parties
from tests.marketing.effect.test_elsewhere import lines

pytestmark = pytest.mark.django_db


@pytest.fixture
def marketer(client: Client, make_user: Any) -> Client:
    client.force_login(make_user(role="marketer"))
    return client


@pytest.fixture
def running(make: Callable[..., Experiment]) -> Experiment:
    """An experiment in which the treated order far more."""
    experiment, parties = make(measure="orders", name="春季型錄", days=14), make_parties(600)
    told = assign_parties(experiment, parties, at=clock.now() - timedelta(days=2))
    treated, control = arms_of(told, "offer"), arms_of(told, CONTROL)
    for number, party in enumerate([*treated[:120], *control[:30]]):
        buys(party, 10_000, at=clock.now() - timedelta(minutes=number), cost=4_000)
    work_once()
    experiment.refresh_from_db()
    return experiment


def test_the_list_says_in_a_sentence_what_each_did(marketer: Client, running: Experiment) -> None:
    page = marketer.get(reverse("web:list-effect")).content.decode()

    assert "春季型錄" in page
    assert "more customers ordered than without it" in page


def test_a_page_tells_it_with_bounds_a_picture_and_the_customers_of_each_group(
    marketer: Client, running: Experiment
) -> None:
    page = marketer.get(running.get_absolute_url()).content.decode()

    assert "more customers ordered than without it, between" in page
    assert 'data-controller="chart"' in page
    assert f"?arm={running.pk}.control" in page
    assert "guardrail" in page
    assert "In 95 of 100" not in page.split("effect-notes")[0]


def test_the_customers_of_a_group_open(marketer: Client, running: Experiment) -> None:
    page = marketer.get(reverse("web:list-customers"), {"arm": f"{running.pk}.control"}).content.decode()
    alone = running.assignments.filter(arm=CONTROL).order_by("party").first()
    treated = running.assignments.exclude(arm=CONTROL).order_by("party").first()

    assert alone is not None
    assert treated is not None
    found = set(in_arm(Party.objects.all(), f"{running.pk}.control").values_list("pk", flat=True))
    assert alone.party_id in found
    assert treated.party_id not in found
    assert "Control group" in page
    assert marketer.get(reverse("web:list-customers"), {"arm": "x.control"}).status_code < 500


def test_what_all_of_marketing_earns_is_set_and_shown(marketer: Client, make: Callable[..., Experiment]) -> None:
    address = reverse("effect:marketing")
    page = marketer.get(address).content.decode()
    assert "Nobody is left out of all marketing" in page

    assert marketer.post(address, {"share": "60"}).status_code == 422
    assert marketer.post(address, {"share": "10"}).status_code == 302
    assert HoldOutRules.objects.get().share == 1_000
    assign_parties(make(), make_parties(300), at=clock.now())
    page = marketer.get(address).content.decode()
    assert "left alone" in page
    assert "10.0% of customers get no marketing" in page


def test_a_file_is_looked_at_and_measured(marketer: Client) -> None:
    def file() -> SimpleUploadedFile:
        return SimpleUploadedFile("autumn.csv.gz", gzip.compress(lines().encode()))

    mapping = marketer.post(reverse("effect:look"), {"file": file()}).content.decode()
    assert "held" in mapping
    assert 'value="bought" checked' in mapping
    assert '<option value="held" selected>' in mapping

    told = {
        "name": "Autumn",
        "arm": "group",
        "control": "held",
        "outcome": ["bought", "spent"],
        "before": "before",
        "currency": "twd",
    }
    answer = marketer.post(reverse("effect:elsewhere"), {**told, "file": file()})
    made = Experiment.objects.get(layer=Layer.ELSEWHERE)
    assert answer.headers["Location"] == made.get_absolute_url()
    assert "Autumn" in marketer.get(made.get_absolute_url()).content.decode()
    again = marketer.post(reverse("effect:elsewhere"), {**told, "file": file()})
    assert again.status_code == 422
    assert "measured already" in again.content.decode()
    assert marketer.post(reverse("effect:look"), {"file": SimpleUploadedFile("x.gz", b"\x1f\x8bzz")}).status_code == 200
    assert marketer.post(reverse("effect:elsewhere"), told).status_code == 422


def test_groups_that_came_out_wrong_are_told_instead_of_an_effect(marketer: Client, running: Experiment) -> None:
    gone = running.sums.filter(arm=CONTROL)
    for one in gone:
        one.n = one.n // 3
        one.save()
    actions.tell(running)

    page = marketer.get(running.get_absolute_url()).content.decode()

    assert "Not to be believed" in page
    assert "In all" not in page
    assert queries.report(running).lines == ()
    assert "Not to be believed" in marketer.get(reverse("web:list-effect")).content.decode()


def test_the_pages_speak_chinese(client: Client, make_user: Any, running: Experiment) -> None:
    client.force_login(make_user(role="owner", language="zh-hant"))

    page = client.get(running.get_absolute_url(), headers={"accept-language": "zh-hant"}).content.decode()

    assert "位客戶下單" in page
    assert "介於" in page


def test_whoever_may_not_is_refused(client: Client, make_user: Any, running: Experiment) -> None:
    client.force_login(make_user(role="seller"))
    assert client.get(running.get_absolute_url()).status_code == 403
    assert client.get(reverse("effect:marketing")).status_code == 403
    client.force_login(make_user(role="analyst"))
    assert client.get(running.get_absolute_url()).status_code == 200
    assert client.post(reverse("effect:marketing"), {"share": "5"}).status_code == 403


def test_whoever_sees_but_some_customers_reads_no_report(client: Client, make_user: Any, running: Experiment) -> None:
    client.force_login(make_user(role="marketer", reach="own"))
    assert client.get(running.get_absolute_url()).status_code == 404
    assert "春季型錄" not in client.get(reverse("web:list-effect")).content.decode()
    assert client.get(reverse("effect:marketing")).status_code == 200


def test_the_keeper_follows_and_tells_the_list(make: Callable[..., Experiment], make_user: Any) -> None:
    above = set_hold_out(share=1_000, by=make_user(role="owner"))
    assert above is not None
    experiment, parties = make(), make_parties(50)
    assign_parties(experiment, parties, at=clock.now())
    work_once()
    buys(parties[0], at=clock.now())

    assert work_once() >= 2
    experiment.refresh_from_db()
    assert experiment.told["state"] in {"little", "open"}
    assert sum(one["treated_mean"] + one["control_mean"] for one in experiment.told["lines"]) > 0
    assert work_once() == 0
