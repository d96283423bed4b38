"""The fields of canned answers, and what stands for them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from regulars.channels.inbox.models import CannedAnswer, Conversation
from regulars.kit.text import has_han
from regulars.staff.queries import company_name

_FIELD: Final = re.compile(r"\{([a-z_]{1,30})\}")
Filled = Callable[[Conversation, Any], str]

FIELDS: Final[Mapping[str, tuple[str | Promise, Filled]]] = {
    "name": (_("the customer's name"), lambda of, user: of.party.name if of.party else of.name),
    "given_name": (_("the customer's given name, else the name"), lambda of, user: (of.party.given_name or of.party.name) if of.party else of.name),
    "salutation": (_("how the customer is addressed"), lambda of, user: of.party.salutation if of.party else ""),
    "subject": (_("what the conversation is about"), lambda of, user: of.subject),
    "my_name": (_("your own name"), lambda of, user: user.name),
    "company": (_("our name"), lambda of, user: company_name()),
}  # fmt: skip
"""What may stand in braces."""


@dataclass(frozen=True, slots=True)
class Offered:
    """A canned answer filled in for one conversation; ``other`` is it in the other language, where there is one."""

    pk: int
    name: str
    text: str
    other: str
    other_language: str


def fields_in(text: str) -> set[str]:
    """The names in braces."""
    return set(_FIELD.findall(text))


def fill(text: str, conversation: Conversation, user: Any) -> str:
    """The text with its fields filled in; what is not a field stays as it stands."""
    return _FIELD.sub(lambda found: FIELDS[found[1]][1](conversation, user) if found[1] in FIELDS else found[0], text)


def speaks_chinese(conversation: Conversation) -> bool:
    """In which language the customer is answered: the one of their record, else the one they write in, else the company's."""
    if conversation.party is not None and conversation.party.language:
        return conversation.party.language.lower().startswith("zh")
    told = f"{conversation.subject} {conversation.preview}"
    return has_han(told) if told.strip() else settings.COUNTRY == "TW"


def offered(answers: list[CannedAnswer], conversation: Conversation, user: Any) -> list[Offered]:
    """The canned answers for one conversation, in the customer's language where they are written in it."""
    chinese, found = speaks_chinese(conversation), []
    for one in answers:
        first, second = (one.text_zh, one.text_en) if chinese else (one.text_en, one.text_zh)
        other = second if first and second else ""
        found.append(
            Offered(
                one.pk,
                one.name,
                fill(first or second, conversation, user),
                fill(other, conversation, user),
                "EN" if chinese else "中",
            )
        )
    return found
