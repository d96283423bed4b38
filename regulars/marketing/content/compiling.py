"""From what was written to what is run: both parts of a mail in one language, or what stands against it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from django.utils import translation
from django.utils.translation import gettext as _

from regulars.marketing.content import fields, mjml, template
from regulars.marketing.content.template import HTML, PLAIN, Marked, Nested, Problem

SEEN: Final = "_seen"
"""The value that carries what tells of openings and of scanners, in HTML."""
CLIPPED: Final = 100_000
"""Bytes of HTML from which on a large provider of mail shows only a part."""
REQUIRED: Final = ("unsubscribe_url", "preferences_url", "our_address")
_LANGUAGES: Final = {"en": "en", "zh-hant": "zh-Hant"}
_FONTS: Final = (
    "-apple-system, Segoe UI, Helvetica Neue, PingFang TC, Microsoft JhengHei, Noto Sans TC, Arial, sans-serif"
)
_HEAD: Final = (
    f'<mj-head><mj-attributes><mj-all font-family="{_FONTS}" />'
    '<mj-body background-color="#f4f2ec" /><mj-section background-color="#ffffff" padding="8px 8px" />'
    '<mj-text font-size="16px" line-height="1.65" color="#1f2421" padding="8px 24px" />'
    '<mj-button background-color="#0b6b57" color="#ffffff" border-radius="6px" font-size="16px" font-weight="600" '
    'inner-padding="12px 22px" padding="16px 24px" align="left" /><mj-divider border-width="1px" border-color="#e3e0d6" padding="12px 24px" />'
    '<mj-image padding="8px 24px" border-radius="6px" /><mj-table font-size="15px" line-height="1.6" color="#1f2421" padding="8px 24px" />'
    '<mj-class name="title" font-size="26px" line-height="1.3" font-weight="700" padding="20px 24px 8px" />'
    '<mj-class name="small" font-size="13px" color="#5f6964" />'
    '<mj-class name="quiet" background-color="#f4f2ec" /><mj-class name="box" background-color="#eaf3ee" />'
    "</mj-attributes><mj-style>"
    ":root{color-scheme:light dark;supported-color-schemes:light dark}a{color:#0b6b57}"
    "@media (prefers-color-scheme: dark){body,[style*='background:#f4f2ec'],[style*='background-color:#f4f2ec']{background:#141816 !important}"
    "[style*='background:#ffffff']{background:#1d2320 !important}[style*='background:#eaf3ee']{background:#20332c !important}"
    "[style*='color:#1f2421']{color:#e9ece9 !important}[style*='color:#5f6964']{color:#a5afa9 !important}"
    "[style*='solid 1px #e3e0d6']{border-color:#3a433f !important}a{color:#7fd9bf}}"
    "</mj-style></mj-head>"
)
"""What a mail begins with that brings no head of its own: type, colours by day and by night."""
_HIDDEN: Final = (
    "display:none;font-size:1px;line-height:1px;max-height:0;max-width:0;opacity:0;overflow:hidden;mso-hide:all"
)


@dataclass(slots=True)
class Made:
    """One language: its programs by name (``subject``, ``html``, ``text``), and everything to be said about it."""

    programs: dict[str, Nested] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    hints: list[Problem] = field(default_factory=list)


def compiled(said: Mapping[str, str], language: str) -> Made:
    """What was written in ``language``, compiled. With problems there are no programs."""
    made = Made()
    source = _whole(said.get("mjml", ""), language)
    parts = {name: _marked(said.get(name, "").strip(), made) for name in ("subject", "preheader")}
    body = _marked(source, made)
    if not parts["subject"].source:
        made.problems.append(Problem(_("It has no subject.")))
    if not source.strip():
        made.problems.append(Problem(_("Nothing was written yet.")))
    if made.problems:
        return made
    document = mjml.read(body, addresses=fields.ADDRESSES)
    made.problems += document.problems
    made.hints += [
        *template.unguarded(parts["subject"].marks, fields.UNCERTAIN),
        *template.unguarded(body.marks, fields.UNCERTAIN),
        *mjml.pictures_without_words(document),
    ]
    if not made.problems:
        _compile(made, document, parts, language)
    return made


def _marked(source: str, made: Made) -> Marked:
    told = template.mark(source, fields=fields.NAMES, lists=fields.LISTS.keys(), inner=fields.INNER.keys())
    made.problems += told.problems
    return told


def _whole(source: str, language: str) -> str:
    """The source with a head, and with what must stand under it, where they are missing; its lines stay where they are."""
    if "<mj-head" not in source:
        source = re.sub(r"<mjml([^>]*)>", lambda found: found.group() + _HEAD, source, count=1)
    missing = [name for name in REQUIRED if not re.search(rf"\{{\{{\s*{name}\b", source)]
    at = source.rfind("</mj-body>")
    return source[:at] + footer(language) + source[at:] if missing and at >= 0 else source


def footer(language: str) -> str:
    """What stands under a mail that does not say it itself: who writes, and how to end it."""
    with translation.override(language):
        left, chosen = _("Unsubscribe"), _("Choose what you receive")
    return (
        '<mj-section background-color="#f4f2ec" padding="16px 8px"><mj-column><mj-text font-size="13px" line-height="1.6" color="#5f6964">'
        '{{ our_name }}{% if our_address %} · {{ our_address }}{% endif %}<br><a href="{{ unsubscribe_url }}">'
        f'{left}</a> · <a href="{{{{ preferences_url }}}}">{chosen}</a></mj-text></mj-column></mj-section>'
    )


def _compile(made: Made, document: mjml.Document, parts: Mapping[str, Marked], language: str) -> None:
    import mrml  # noqa: PLC0415 -- only where something is compiled; whoever sends does without

    written = mjml.written(document)
    try:
        html = mrml.to_html(written).content
    except OSError as error:
        made.problems.append(Problem(_("MJML does not understand it: %(why)s") % {"why": str(error)}))
        return
    html = html.replace('lang="und"', f'lang="{_LANGUAGES.get(language, language)}"')
    meta = '<meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark">'
    html = html.replace("<head>", f"<head>{meta}", 1)
    if len(html.encode()) > CLIPPED:
        made.hints.append(Problem(_("This is so long that some providers of mail will show only a part."), hint=True))
    begins = html.index(">", html.index("<body")) + 1
    ends = html.rindex("</body>")
    marked, modes, links = document.marked, document.modes, document.links
    preheader = template.program(parts["preheader"], parts["preheader"].source, HTML)
    shown = [f'<div style="{_HIDDEN}">', *_escaped(preheader), "</div>"] if preheader else []
    made.programs = {
        "subject": template.program(parts["subject"], parts["subject"].source, PLAIN),
        "html": joined([
            html[:begins], *shown, *template.program(marked, html[begins:ends], lambda number: modes.get(number, HTML), links),
            ["field", template.MADE, SEEN, None], html[ends:],
        ]),
        "text": template.program(marked, mjml.said(document), PLAIN, links),
    }  # fmt: skip


def _escaped(nested: Nested) -> Nested:
    """Words that were written as words, for HTML."""
    return [
        part.replace("&", "&amp;").replace("<", "&lt;") if isinstance(part, str)
        else [*part[:3], _escaped(part[3]), _escaped(part[4])] if part[0] in {"if", "for"}
        else part
        for part in nested
    ]  # fmt: skip


def joined(nested: Nested) -> Nested:
    """A program whose neighbouring words are one."""
    made: Nested = []
    for part in nested:
        if isinstance(part, str) and made and isinstance(made[-1], str):
            made[-1] += part
        else:
            made.append(part)
    return made
