"""A published quiz, and people who enter."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from regulars.kit import clock
from regulars.marketing.draws import actions, questions
from regulars.marketing.draws.models import Draw

QUIZ = """? Where does oolong grow? | 烏龍茶產在哪裡？
* In the mountains | 山上
- In the sea | 海裡
"""


def facts(**more: Any) -> dict[str, Any]:
    return {
        "slug": "spring", "title_en": "Spring draw", "title_zh": "春季抽獎", "words_en": "Rules", "words_zh": "規則", "prize_en": "A teapot",
        "prize_zh": "茶壺", "questions": questions.read(QUIZ), "winners": 2, "opens_at": clock.now() - timedelta(hours=1),
        "closes_at": clock.now() + timedelta(days=7), **more,
    }  # fmt: skip


def join(number: int, *, right: bool = True, client: Client | None = None, **more: Any) -> Any:
    told = {
        "name": f"客人{number}",
        "email": f"guest{number}@example.com",
        "mobile": "",
        "answer-0": "0" if right else "1",
    }
    return (client or Client()).post("/join/spring/", told | more)


@pytest.fixture(autouse=True)
def owner(make_user: Callable[..., Any]) -> Any:
    return make_user(role="owner")


@pytest.fixture
def marketer(make_user: Callable[..., Any]) -> Any:
    return make_user(role="marketer")


@pytest.fixture
def quiz(db: None) -> Draw:
    return actions.publish(draw=actions.save_draw(draw=None, by=None, **facts()), by=None)
