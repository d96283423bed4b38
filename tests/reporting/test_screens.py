"""The company at a glance: complete in both languages, every number leads to its customers."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from regulars.customers.models import Party
from regulars.intelligence import analyses
from regulars.intelligence.analyses import base
from regulars.reporting import actions, pictures, queries, sentences
from regulars.reporting.models import AnalysisRun
from regulars.reporting.rules import STAGE_RULES
from regulars.web import resources
from regulars.web.stages import STAGES

MakeUser = Callable[..., Any]


@pytest.fixture
def client_of(make_user: MakeUser) -> Callable[..., Client]:
    def sign_in(role: str = "owner", **facts: Any) -> Client:
        client = Client()
        client.force_login(make_user(role=role, **facts))
        return client

    return sign_in


def listed(client: Client, url: str) -> int:
    """How many customers the list behind a link has."""
    answer = client.get(url)
    assert answer.status_code == 200
    return int(answer.context["page"].total if "page" in answer.context else answer.context["total"])


@pytest.mark.parametrize("language", ["en", "zh-hant"])
def test_the_page_is_complete(trade: dict[str, Party], client_of: Callable[..., Client], language: str) -> None:
    actions.refresh()
    answer = client_of(language=language).get(reverse("reporting:company"))
    html = answer.content.decode()
    assert answer.status_code == 200
    assert len(html) < 100_000
    for code in (*sentences.english(), "stage.", "company."):
        assert f">{code}" not in html
    for key in STAGES:
        assert f"stage={key}" in html
    assert ("顧客關係弧線" if language == "zh-hant" else "The relationship arc") in html


def test_before_the_first_refresh_the_page_says_how_to_begin(client_of: Callable[..., Client]) -> None:
    html = client_of().get(reverse("reporting:company")).content.decode()
    assert "Import orders" in html


@pytest.mark.parametrize("role", ["seller", "agent", "technician"])
def test_who_may_not_see_figures_is_refused(client_of: Callable[..., Client], role: str) -> None:
    client = client_of(role)
    for name in ("company", "stages"):
        assert client.get(reverse(f"reporting:{name}")).status_code == 403
    assert client.post(reverse("reporting:refresh")).status_code == 403


def test_refresh_now_shows_progress_and_then_the_page_anew(
    trade: dict[str, Party], client_of: Callable[..., Client]
) -> None:
    client = client_of()
    answer = client.post(reverse("reporting:refresh"))
    run = AnalysisRun.objects.get()
    assert f"/company/refresh/{run.pk}/" in answer.content.decode()
    actions.refresh(run=run)
    assert client.get(reverse("reporting:progress", args=[run.pk])).headers["HX-Refresh"] == "true"


def test_every_stage_states_its_rule(client_of: Callable[..., Client], db: None) -> None:
    assert [one.key for one in STAGE_RULES] == list(STAGES)
    html = client_of().get(reverse("reporting:stages")).content.decode()
    for rule in STAGE_RULES:
        assert f'id="{rule.key}"' in html


def test_explanations_are_those_of_the_analyses() -> None:
    for name in analyses.names():
        analysis, about = analyses.get(name), sentences.about(name)
        assert str(about.question) == base.question(analysis)
        assert (str(about.why), str(about.how), about.source) == (analysis.WHY, analysis.FORMULA, analysis.SOURCE)


def test_numbers_open_the_customers_behind_them(trade: dict[str, Party], make_user: MakeUser) -> None:
    """Counted through the very filters of the list."""
    actions.refresh()
    user, resource = make_user(role="owner"), resources.get("customers")
    run = queries.last_done()
    assert run is not None
    results = {one.name: one.result for one in run.results.all()}

    def behind(**params: str) -> int:
        from regulars.web.listing import filtering

        rows = resource.queryset(user)
        for key, raw in params.items():
            one = resource.filter(key)
            assert one is not None, key
            rows = filtering.narrow(rows, one, filtering.parse(one, raw, user), user)
        return int(rows.count())

    for key, held in results["stage"]["stages"].items():
        assert behind(stage=key) == held["customers"], key
    for key, held in results["value"]["classes"].items():
        assert behind(**{"class": key}) == held["customers"], key
    for flow in pictures.flow_rows(results["stage"], days=365, as_of=run.as_of.date()):
        query = dict(re.findall(r"(\w+)=([^&]+)", flow["url"]))
        assert behind(**query) == flow["customers"], flow
    for month in results["movement"]["months"]:
        short = month["month"][:7]
        assert behind(first_order=short) == month["new"]
        assert behind(lost_in=short) == month["lost"]
    for band in results["cycle"]["bands"]:
        assert behind(cycle=f"{band['low']}-{band['high'] or ''}") == band["customers"], band
    assert behind(top="20") == results["concentration"]["top_customers"]
