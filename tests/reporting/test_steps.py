"""What to do about an answer, on every page of Insight: kept as a list, put on Today and taken back, exported."""

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client
from django.urls import reverse

from regulars.customers.models import Party, Task
from regulars.intelligence import analyses
from regulars.intelligence.analyses.base import Result as Base
from regulars.intelligence.analyses.base import Saying, Selection, Step
from regulars.reporting import actions, queries
from regulars.reporting.insight.page import page_of
from regulars.reporting.models import AnalysisResult, Picked
from regulars.web import resources
from regulars.web.listing import state
from regulars.web.models import SavedView

NAMED = "named"


class Advice(Base):
    """Asks for two lists: one that a condition tells, one that names its customers."""

    parties: tuple[int, ...] = ()

    def next_steps(self) -> list[Step]:
        return [
            Step(Saying("company.see_slipping"), Selection({"value_class": "most_valuable"})),
            Step(Saying("churn.see_gone"), Selection(ids=self.parties, key=NAMED)),
        ]


@pytest.fixture
def advised(trade: dict[str, Party]) -> tuple[int, ...]:
    """Every analysis gives the same advice, so that each page has something to do."""
    actions.refresh()
    run, named = queries.last_done(), tuple(trade[key].pk for key in ("new", "gone", "regular"))
    assert run is not None
    Advice.parties = named
    for name in analyses.names():
        told = {**Advice().as_dict(), "headline": [Saying("company.nobody").as_dict()]}
        AnalysisResult.objects.update_or_create(run=run, name=name, defaults={"result": told})
        Picked.objects.update_or_create(run=run, name=name, key=NAMED, defaults={"parties": list(named)})
    return named


def behind(query: str, user: Any) -> list[int]:
    told = state.read(resources.get("customers"), QueryDict(query), user)
    assert not told.ignored
    return list(told.narrowed(user).values_list("pk", flat=True))


def test_each_page_keeps_plans_and_exports_just_those_behind_a_step(
    advised: tuple[int, ...], make_user: Callable[..., Any]
) -> None:
    owner, client = make_user(role="owner"), Client()
    client.force_login(owner)
    for name in analyses.names():
        page = page_of(name, {})
        assert page is not None
        assert [step.number for step in page.steps][-1:] == [1], name
        step = page.steps[-1]
        wanted = behind(step.url.partition("?")[2], owner)
        assert sorted(wanted) == sorted(advised), name

        client.post(reverse("reporting:insight-save", args=[name, step.number]))
        view = SavedView.objects.get()
        assert (view.name, view.owner) == (step.label, owner)
        assert behind(view.query, owner) == wanted
        again = client.post(reverse("reporting:insight-save", args=[name, step.number]), follow=True)
        assert "You already have a view called" in again.content.decode()
        view.delete()

        told = client.post(reverse("reporting:insight-today", args=[name, step.number]), follow=True)
        assert "3 tasks are on Today" in told.content.decode()
        tasks = Task.objects.open()
        assert [task.party_id for task in tasks.order_by("pk")] == list(advised)  # as the analysis named them
        assert {task.title for task in tasks} == {step.label}
        tasks.delete()

        file: Any = client.get(step.export_url)
        assert file.status_code == 200, name
        text = b"".join(file.streaming_content) if file.streaming else file.content
        rows = list(csv.reader(io.StringIO(text.decode("utf-8-sig"))))
        assert len(rows) == 1 + len(wanted), name
