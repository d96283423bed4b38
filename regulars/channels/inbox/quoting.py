"""What an answer quotes below its words: the letter that it answers, as text and as HTML, in the reader's language."""

from __future__ import annotations

from typing import Final

from django.utils import translation
from django.utils.html import format_html, linebreaks
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from regulars.channels.inbox.canned import speaks_chinese
from regulars.channels.inbox.models import Conversation, Entry
from regulars.channels.inbox.quotes import parts
from regulars.web.format import show_datetime

LONGEST: Final = 10_000
"""Characters that are quoted of a letter."""
_CITED: Final = "margin:0 0 0 8px;padding-left:8px;border-left:2px solid #ccc;color:#555"


def quoted_words(entry: Entry) -> str:
    """What is quoted of ``entry``: all it says, but for the signature and the letters quoted at its end."""
    told = parts(entry.text[: 2 * LONGEST])
    while told and (told[-1].quoted or told[-1].signed):
        told.pop()
    words = "\n\n".join(one.text for one in told)
    return words if len(words) <= LONGEST else f"{words[:LONGEST].rstrip()}\n[…]"


def language_of(conversation: Conversation) -> str:
    """In which language the letter is introduced."""
    return "zh-hant" if speaks_chinese(conversation) else "en"


def introduction(entry: Entry) -> str:
    """The line before the quotation: who wrote when, in the language that is active."""
    who = entry.from_name or entry.from_address
    return _("On %(when)s, %(name)s wrote:") % {"when": show_datetime(entry.at), "name": who}


def as_text(entry: Entry, conversation: Conversation) -> str:
    """The quotation in plain text; empty where there is nothing to quote."""
    words = quoted_words(entry)
    if not words:
        return ""
    with translation.override(language_of(conversation)):
        lines = [introduction(entry), *(f"> {line}".rstrip() for line in words.splitlines())]
    return "\n".join(lines)


def as_html(said: str, entry: Entry, conversation: Conversation) -> str:
    """A whole answer in HTML: what is said, and below it the quotation. Nothing of the letter's own HTML is repeated."""
    language = language_of(conversation)
    with translation.override(language):
        before = introduction(entry)
    return format_html(
        '<!doctype html><html lang="{}"><body>{}<p>{}</p><blockquote type="cite" style="{}">{}</blockquote></body></html>',
        "zh-Hant" if language == "zh-hant" else language, _paragraphs(said), before, _CITED, _paragraphs(quoted_words(entry)),
    )  # fmt: skip


def _paragraphs(words: str) -> str:
    """Text as HTML; every character of it stays text."""
    return mark_safe(linebreaks(words, autoescape=True))  # noqa: S308 -- escaped by ``linebreaks``
