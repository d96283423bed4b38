"""The component tags: ``{% load web %}``. Each declares its props; an unknown name is an error when the template loads.

``/patterns`` shows them all. Text props take translated strings: ``{% button _("Save") type="submit" tone="primary" %}``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from django import template
from django.forms import BoundField, CheckboxInput
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

from regulars.kit import clock
from regulars.kit.text import has_han
from regulars.web import format as show
from regulars.web import icons, keys
from regulars.web.listing import cells
from regulars.web.resources import Badge, Text
from regulars.web.stages import STAGES, VALUE_CLASSES

register = template.Library()
Tone = Literal["primary", "plain", "quiet", "stake"]


@register.simple_tag
def icon(name: str, *, large: bool = False) -> SafeString:
    """An icon of the sprite."""
    return icons.icon(name, large=large)


@register.simple_tag
def mark() -> SafeString:
    """The product's mark: two arcs, the customer within the company's circle."""
    return mark_safe('<svg class="mark-svg" viewBox="0 0 24 24" aria-hidden="true"><rect width="24" height="24" rx="6"/><path d="M5 16a7 7 0 0 1 14 0M8.75 16a3.25 3.25 0 0 1 6.5 0"/></svg>')  # fmt: skip


@register.inclusion_tag("web/components/button.html")
def button(
    label: Text,
    *,
    tone: Tone = "plain",
    icon: str = "",
    href: str | Callable[[], str] = "",
    type: Literal["button", "submit"] = "button",  # noqa: A002 -- the HTML name
    name: str = "",
    value: object = "",
    key: str = "",
    wide: bool = False,
    disabled: bool = False,
    icon_only: bool = False,
    opens: str = "",
    closes: bool = False,
    command: str = "",
    get: str = "",
    post: str = "",
    target: str = "",
    swap: str = "",
    vals: str = "",
    include: str = "",
    confirm: Text = "",
    indicator: str = "",
) -> dict[str, Any]:
    """A verb to press. ``href`` makes it a link; ``get``/``post``/``target``/``swap``/``vals`` are htmx's.

    ``key`` prints a keycap and lets ``click:[data-key=…]`` find it; ``opens`` is the id of a popover, ``command`` a
    script command, ``closes`` closes the dialog around it.
    """
    return {**locals(), "presses": keys.caps(key) if key else []}


@register.simple_tag
def badge(
    label: Text, *, tone: Literal["neutral", "accent", "good", "warn", "stake"] = "neutral", icon: str = ""
) -> SafeString:
    """A word with a tone."""
    if tone not in {"neutral", "accent", "good", "warn", "stake"}:
        raise template.TemplateSyntaxError(f"badge has no tone {tone!r}")
    return cells.badge(Badge(label, tone, icon))


@register.simple_tag
def stage(key: str, *, since: date | datetime | None = None) -> SafeString:
    """A stage of the relationship: glyph, word, colour, and since when; nothing for whoever stands in none."""
    if not key:
        return SafeString()
    if key not in STAGES:
        raise template.TemplateSyntaxError(f"there is no stage {key!r}")
    if since is None:
        return cells.stage(key)
    when = show.show_date(since)
    return format_html('{} <span class="since">{}</span>', cells.stage(key), show.since(when))


@register.simple_tag
def value_class(key: str) -> SafeString:
    """A class of value: glyph and word."""
    if key not in VALUE_CLASSES:
        raise template.TemplateSyntaxError(f"there is no value class {key!r}")
    return cells.value_class(key)


@register.simple_tag
def money(amount: int | None, currency: str = "", *, signed: bool = False) -> SafeString:
    """Minor units in the currency's custom, tabular."""
    words = show.show_money(amount, currency)
    plus = "+" if signed and amount and amount > 0 else ""
    kind = "num negative" if amount is not None and amount < 0 else "num"
    return format_html('<span class="{}">{}{}</span>', kind, plus, words)


@register.simple_tag
def number(value: float | Decimal | None, *, decimals: int | None = None) -> SafeString:
    """A number, thousands separated, tabular."""
    return format_html('<span class="num">{}</span>', show.show_number(value, decimals))


@register.simple_tag
def percent(share: float | None, *, decimals: int = 0) -> SafeString:
    """A share between 0 and 1 as a percentage, tabular."""
    return format_html('<span class="num">{}</span>', show.show_percent(share, decimals))


def _time(value: date | datetime | None, words: str) -> SafeString:
    if value is None:
        return cells.EMPTY
    full = show.show_datetime(value) if isinstance(value, datetime) else show.show_date(value)
    return format_html('<time datetime="{}" title="{}">{}</time>', value.isoformat(), full, words)


@register.simple_tag
def day(value: date | datetime | None, *, year: bool = True) -> SafeString:
    """``22 Nov 2026`` / ``2026年11月22日``; without the year when ``year`` is False."""
    return _time(value, show.show_date(value, year=year))


@register.simple_tag
def moment(value: datetime | None) -> SafeString:
    """``22 Nov 2026, 14:05`` in the company's zone."""
    return _time(value, show.show_datetime(value))


@register.simple_tag
def ago(value: date | datetime | None) -> SafeString:
    """``3 days ago``, the moment itself on hover."""
    return _time(value, show.ago(value))


@register.simple_tag
def as_of(value: datetime | None) -> SafeString:
    """The stamp that says as of when figures hold; old ones (over two days) are marked."""
    old = value is None or (clock.now() - value).days >= 2
    words = show.as_of(value)
    title = show.show_datetime(value) if value else ""
    return format_html(
        '<span class="as-of{}" title="{}">{}{}</span>', " is-old" if old else "", title, icons.icon("clock"), words
    )


@register.simple_tag
def kbd(shortcut: str) -> SafeString:
    """Keycaps of a shortcut: ``mod+k``, ``g c``."""
    presses = "".join(
        f"<kbd>{''.join(f'<span>{conditional_escape(cap)}</span>' for cap in press)}</kbd>"
        for press in keys.caps(shortcut)
    )
    return format_html('<span class="kbd" aria-hidden="true">{}</span>', mark_safe(presses))  # noqa: S308 -- escaped above


@register.inclusion_tag("web/components/figure.html")
def figure(
    label: Text,
    value: object,
    *,
    meaning: Text = "",
    comparison: Text = "",
    direction: Literal["up", "down", "level", ""] = "",
    good: bool | None = None,
    interval: Text = "",
    as_of: datetime | None = None,
    url: str = "",
    url_label: Text = "",
    hint: Text = "",
    large: bool = False,
) -> dict[str, Any]:
    """A number that is never alone: what it is, what it means, compared with what, as of when, and who is behind it.

    ``direction`` draws the arrow of the comparison; ``good`` colours it (None: neither).
    """
    return locals()


@register.inclusion_tag("web/components/chart.html")
def chart(
    id: str,  # noqa: A002 -- the HTML name
    option: dict[str, Any],
    *,
    label: Text,
    height: Literal["s", "m", "l"] = "m",
    headers: Sequence[Text] = (),
    rows: Sequence[Sequence[object]] = (),
    sentence: Text = "",
    as_of: datetime | None = None,
    url: str = "",
    url_label: Text = "",
) -> dict[str, Any]:
    """An ECharts ``option`` (JSON) in the page's theme. ``headers`` and ``rows`` are its table view; ``sentence`` its headline.

    A data item with ``"url"`` opens that address when clicked. Colours may be named by token: ``"var(--series-2)"``.
    Number formats by name: ``"format": "money" | "number" | "percent"`` on an axis or series.
    """
    return {**locals(), "payload": json.loads(json.dumps(option, default=str))}


@register.inclusion_tag("web/components/empty.html")
def empty(
    sentence: Text, *, icon: str = "", button: Text = "", url: str | Callable[[], str] = "", second: Text = ""
) -> dict[str, Any]:
    """An empty screen teaches: one sentence, one picture, one button."""
    return {**locals(), "url": url() if callable(url) else url}


@register.inclusion_tag("web/components/progress.html")
def progress(
    *,
    done: int,
    total: int | None,
    label: Text,
    url: str = "",
    state: Literal["running", "done", "failed", "waiting"] = "running",
    detail: Text = "",
    id: str = "progress",  # noqa: A002 -- the HTML name
) -> dict[str, Any]:
    """Long work: what is done and what is left. While running it asks ``url`` every second for its successor (same id)."""
    share = min(1.0, done / total) if total else None
    return {**locals(), "share": share, "percent": None if share is None else int(share * 100)}


@register.inclusion_tag("web/components/tabs.html")
def tabs(items: Sequence[tuple[Any, ...]], *, label: Text = "") -> dict[str, Any]:
    """Links as tabs: ``(label, url, current)`` or ``(label, url, current, count)``."""
    return {"items": [(*item, None)[:4] for item in items], "label": label}


@register.inclusion_tag("web/components/breadcrumbs.html")
def breadcrumbs(items: Sequence[tuple[Text, str]]) -> dict[str, Any]:
    """The way here: ``(label, url)``; the last has no url."""
    return {"items": items}


@register.inclusion_tag("web/components/pager.html")
def pager(*, previous: str = "", next: str = "") -> dict[str, Any]:  # noqa: A002 -- the word people know
    """Earlier and later, by key."""
    return {"previous": previous, "next": next}


@register.inclusion_tag("web/components/field.html")
def field(
    bound: BoundField,
    *,
    autofocus: bool = False,
    label: Text = "",
    help: Text = "",  # noqa: A002 -- the word beside a field
    hide_label: bool = False,
) -> dict[str, Any]:
    """A form field: label, input, help and its errors, tied together for screen readers."""
    attributes: dict[str, Any] = {"class": "input"}
    if autofocus:
        attributes["autofocus"] = True
    if bound.errors:
        attributes |= {"aria-invalid": "true", "aria-describedby": f"{bound.auto_id}-error"}
    elif bound.help_text or help:
        attributes["aria-describedby"] = f"{bound.auto_id}-help"
    is_check = isinstance(bound.field.widget, CheckboxInput)
    return {
        "bound": bound, "widget": bound.as_widget(attrs=attributes), "is_check": is_check, "label": label or bound.label,
        "help": help or bound.help_text, "hide_label": hide_label,
    }  # fmt: skip


@register.simple_block_tag(end_name="endmenu")
def menu(
    content: str,
    *,
    id: str,  # noqa: A002 -- the HTML name
    label: Text,
    icon: str = "more",
    align: Literal["start", "end"] = "end",
    words: bool = False,
) -> SafeString:
    """A button that opens the menu lines between the tags (``<a class="menu-line">``, ``<button class="menu-line">``)."""
    return format_html(
        '<button type="button" class="{kind}" popovertarget="{id}" title="{label}">{icon}<span class="{hidden}">{label}</span></button>'
        '<div id="{id}" class="menu" popover data-controller="menu" data-align="{align}">{content}</div>',
        kind="quiet-button" if words else "icon-button",
        hidden="" if words else "visually-hidden",
        id=id,
        label=label,
        icon=icons.icon(icon),
        align=align,
        content=content,
    )


@register.simple_block_tag(end_name="endsection")
def section(
    content: str,
    *,
    title: Text,
    hint: Text = "",
    url: str = "",
    url_label: Text = "",
    id: str = "",  # noqa: A002 -- the HTML name
) -> SafeString:
    """A titled part of a page under a hairline, with an optional link at its right."""
    return format_html(
        '<section class="section"{id}><header class="section-head"><h2{hint}>{title}</h2>{more}</header>{content}</section>',
        id=format_html(' id="{}"', id) if id else "", hint=format_html(' title="{}"', hint) if hint else "", title=title,
        more=format_html('<a class="link" href="{}">{}</a>', url, url_label) if url else "", content=content,
    )  # fmt: skip


@register.filter
def initial(who: object) -> str:
    """One or two characters for a person: the family name of a Chinese name, the initials of another."""
    name = str(who).strip()
    if has_han(name):
        return name[0]
    return "".join(word[0] for word in name.split()[:2]).upper() or "?"


@register.filter
def html_language(code: str) -> str:
    """The language as HTML tags it: ``zh-hant`` → ``zh-Hant``."""
    return "zh-Hant" if code.lower().startswith("zh") else code


@register.filter
def split(words: str) -> list[str]:
    """The blank-separated words of a literal (``"30 90 365"|split``)."""
    return words.split()
