"""The component tags: declared props, escaped text, no unknown names."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django import forms
from django.template import Context, Template, TemplateSyntaxError
from django.utils import translation

from regulars.kit import clock
from regulars.web import icons, keys
from regulars.web.keys import Shortcut
from regulars.web.listing import cells
from regulars.web.resources import Badge, Column, Link

NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
TAGS = [
    "button 'Save'", "badge 'New'", "stage 'welcome'", "value_class 'below_zero'", "money 100", "number 1", "percent 0.5", "day moment",
    "moment moment", "ago moment", "as_of moment", "kbd 'mod+k'", "figure 'Revenue' 1", "chart 'c' option label='L'", "empty 'Nothing'",
    "progress done=1 total=2 label='L'", "tabs items", "breadcrumbs items", "pager next='#'", "field form.name", "icon 'plus'",
]  # fmt: skip


class NameForm(forms.Form):
    name = forms.CharField(help_text="As on the card.")


def render(source: str, **context: Any) -> str:
    return Template("{% load web %}" + source).render(Context(context))


@pytest.mark.parametrize("tag", TAGS)
def test_tag_refuses_a_name_it_does_not_declare(tag: str) -> None:
    Template(f"{{% load web %}}{{% {tag} %}}")
    with pytest.raises(TemplateSyntaxError, match="unexpected keyword argument"):
        Template(f"{{% load web %}}{{% {tag} colour='red' %}}")


@pytest.mark.parametrize("source", ["{% stage 'wedding' %}", "{% value_class 'gold' %}", "{% badge 'x' tone='pink' %}"])
def test_tag_refuses_a_value_it_does_not_know(source: str) -> None:
    with pytest.raises(TemplateSyntaxError):
        render(source)


def test_icon_refuses_a_name_that_is_not_in_the_sprite() -> None:
    with pytest.raises(ValueError, match="no icon is called 'smiley'"):
        icons.icon("smiley")


def test_text_from_people_is_escaped_everywhere() -> None:
    evil = "<script>alert(1)</script>"
    for source in (
        "{% button evil %}", "{% badge evil %}", "{% figure evil evil meaning=evil comparison=evil %}", "{% empty evil %}",
        "{% chart 'c' option label=evil sentence=evil headers=row rows=rows %}", "{% tabs items %}", "{% breadcrumbs crumbs %}",
        "{% progress done=1 total=2 label=evil %}", "{% menu id='m' label=evil %}{{ evil }}{% endmenu %}",
        "{% section title=evil %}{{ evil }}{% endsection %}",
    ):  # fmt: skip
        html = render(
            source,
            evil=evil,
            option={"title": evil},
            row=[evil],
            rows=[[evil]],
            items=[(evil, "", True)],
            crumbs=[(evil, "")],
        )
        assert "<script>alert" not in html, source
        assert "alert(1)" in html, source


@pytest.mark.parametrize("kind", ["text", "badge", "link", "person", "stage", "value_class"])
def test_cells_escape_what_people_wrote(kind: Any) -> None:
    evil = "<b>x</b>"
    value = {"badge": Badge(evil), "link": Link(evil, "/x/")}.get(kind, evil)
    html = cells.html(Column("x", "X", lambda row: value, kind=kind), object())
    assert "<b>" not in html
    assert "&lt;b&gt;" in html


def test_cells_show_a_dash_for_nothing_and_mark_what_is_negative() -> None:
    column = Column("x", "X", lambda row: row, kind="money")
    assert cells.html(column, None) == cells.EMPTY
    assert cells.html(column, -30_000) == '<span class="negative">−NT$300</span>'
    assert cells.plain(column, None) == ""


def test_stage_says_since_when_in_the_language_of_the_page() -> None:
    since = date(2026, 4, 24)
    assert "Pre-divorce" in render("{% stage 'pre_divorce' since=since %}", since=since)
    with translation.override("zh-hant"):
        html = render("{% stage 'pre_divorce' since=since %}", since=since)
    assert "潛在離婚" in html
    assert "自2026年4月24日起" in html


def test_old_figures_are_marked() -> None:
    with clock.stopped_at(NOON):
        assert "is-old" not in render("{% as_of moment %}", moment=NOON - timedelta(hours=30))
        assert "is-old" in render("{% as_of moment %}", moment=NOON - timedelta(days=2))
        assert "is-old" in render("{% as_of moment %}", moment=None)


def test_button_with_an_address_is_a_link_and_carries_its_htmx_attributes() -> None:
    assert render("{% button 'Go' href='/x/' %}").startswith("<a href=")
    html = render("{% button 'Go' post='/x/' target='#a' swap='outerHTML' key='n' %}")
    assert 'hx-post="/x/" hx-target="#a" hx-swap="outerHTML"' in html
    assert 'data-key="n"' in html
    assert "<kbd>" in html


def test_field_ties_its_error_to_its_input() -> None:
    form = NameForm({"name": ""})
    form.is_valid()
    html = render("{% field form.name %}", form=form)
    assert 'aria-invalid="true"' in html
    assert 'aria-describedby="id_name-error"' in html
    assert 'id="id_name-error"' in html
    assert 'id="id_name-help"' in render("{% field form.name %}", form=NameForm())


def test_progress_asks_again_only_while_it_runs() -> None:
    assert "hx-trigger" in render("{% progress done=1 total=2 label='L' url='/p/' %}")
    assert "hx-trigger" not in render("{% progress done=2 total=2 label='L' url='/p/' state='done' %}")
    assert "value=" not in render("{% progress done=0 total=None label='L' url='/p/' %}")


@pytest.mark.parametrize(("name", "expected"), [("王小明", "王"), ("Chen Yi-ting", "CY"), ("owner", "O"), ("", "?")])
def test_initials_follow_the_script_of_the_name(name: str, expected: str) -> None:
    assert render("{{ name|initial }}", name=name) == expected


def test_keys_mean_one_thing_in_one_group() -> None:
    for group in {str(one.group) for one in keys.all()}:
        bound = [one.keys for one in keys.all() if str(one.group) == group]
        assert len(bound) == len(set(bound)), group
    with pytest.raises(ValueError, match="two things"):
        keys.register(Shortcut("mod+k", "Something else", "else", keys.EVERYWHERE))
    assert keys.caps("mod+k") == [["Ctrl", "K"]]
    assert keys.caps("g c") == [["G"], ["C"]]
