"""Reading contents: whose there are, what is wrong with a draft, how it looks to a customer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils import translation

from regulars.customers.models import Party
from regulars.kit import clock
from regulars.marketing.content import compiling, facts, fields, rendering
from regulars.marketing.content.compiling import Made
from regulars.marketing.content.models import Content, Edition
from regulars.marketing.content.registries import Offer
from regulars.staff.rules import can

LANGUAGES = tuple(code for code, _name in settings.LANGUAGES)


@dataclass(frozen=True, slots=True)
class Rendered:
    """What one customer would get."""

    subject: str
    html: str
    text: str


def contents_for(user: Any) -> QuerySet[Content]:
    """The contents that ``user`` may look at."""
    return Content.objects.live() if can(user, "contents.view") else Content.objects.none()


def newest_edition(content: Content) -> Edition | None:
    """What was published last."""
    return content.editions.order_by("-number").first()


def is_published(content: Content, edition: Edition | None) -> bool:
    """Whether the newest edition says what the draft says."""
    return edition is not None and edition.source == content.draft


def looked_at(draft: Mapping[str, Any]) -> dict[str, Made]:
    """Each language in which something was written, compiled, with everything that is wrong with it."""
    return {
        language: compiling.compiled(draft[language], language)
        for language in LANGUAGES
        if any(str(part).strip() for part in (draft.get(language) or {}).values())
    }


def sample_offer() -> Offer:
    """What is shown in a preview where a campaign will say its own."""
    return Offer(
        {"en": "10 % off your next order", "zh-hant": "下次購物享九折優惠"}, clock.now() + timedelta(days=14), settings.PUBLIC_URL, "TEA10"
    )  # fmt: skip


def preview(content: Content, party: Party, language: str) -> Rendered:
    """What ``party`` would get of the draft in ``language``, untracked; empty where the draft cannot be compiled."""
    return preview_of(compiling.compiled(content.said(language), language), party, language)


def preview_of(made: Made, party: Party, language: str, *, offer: Offer | None = None) -> Rendered:
    """As ``preview``, of something compiled; ``offer`` is an example unless it is given."""
    if not made.programs:
        return Rendered("", "", "")
    ready = rendering.ready({language: made.programs}, {})
    wanted = ready.wanted[language]
    known = facts.gather([party.pk], wanted)[party.pk]
    with translation.override(language):
        values = fields.values(known, facts.house().here(language, offer or sample_offer()), wanted)
        values |= dict.fromkeys(("unsubscribe_url", "preferences_url"), f"{settings.PUBLIC_URL}/")
        words = rendering.said(ready.programs[language], values)
    return Rendered(words.subject, words.html, words.text)
