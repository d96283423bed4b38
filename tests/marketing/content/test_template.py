"""The language of personal things: what it says, what it refuses, and what a hostile name cannot do."""

import json
from typing import Any

import pytest

from regulars.marketing.content.running import LONGEST_VALUE, Program, tidy
from regulars.marketing.content.template import (
    ADDRESS,
    ATTRIBUTE,
    HTML,
    PLAIN,
    URL,
    mark,
    names_in,
    program,
    targets_in,
    unguarded,
)

FIELDS = {"name", "city", "offer_url"}
LISTS = {"recommended"}
INNER = {"product.name", "product.url"}


def run(source: str, mode: str = PLAIN, /, **values: Any) -> str:
    told = mark(source, fields=FIELDS, lists=LISTS, inner=INNER)
    assert [str(one) for one in told.problems] == []
    kept = json.loads(json.dumps(program(told, told.source, mode)))
    return Program(kept).run(values)


def problems(source: str) -> list[str]:
    return [str(one) for one in mark(source, fields=FIELDS, lists=LISTS, inner=INNER).problems]


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("Dear {{ name }}.", "Dear 王小明."),
        ('{{name}}{{ city | "Taipei" }}', "王小明Taipei"),
        ("{{ city | “somewhere” }}", "somewhere"),
        ("{{ city | 「台北」 }}", "台北"),
        ("{% if name %}a{% else %}b{% endif %}", "a"),
        ("{% if city %}a{% else %}b{% endif %}", "b"),
        ("{% if not city %}a{% endif %}", "a"),
        ("{% if name %}{% if city %}x{% else %}y{% endif %}{% endif %}z", "yz"),
        ("{% if city %}1{% else %}2{% endif %}{% if city %}3{% else %}4{% endif %}", "24"),
    ],
)
def test_what_is_written_is_said(source: str, said: str) -> None:
    assert run(source, name="王小明") == said


def test_a_repetition_is_limited_and_says_otherwise_when_there_is_nothing() -> None:
    source = "{% for product in recommended limit 2 %}{{ product.name }},{% else %}none{% endfor %}"
    goods = [{"product.name": one} for one in ("tea", "cup", "pot")]
    assert run(source, recommended=goods) == "tea,cup,"
    assert run(source) == run(source, recommended=[]) == "none"


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("x\n{{ surname }}", "Line 2: There is no field “surname”."),
        ("{{ name.__class__ }}", "Line 1: There is no field “name.__class__”."),
        ("{{ name.__class__.__mro__ }}", "not understood"),
        ("{{ name() }}", "not understood"),
        ("{{ name|upper }}", "not understood"),
        ("{{ 7*7 }}", "not understood"),
        ("{{ }}", "not understood"),
        ("{% load static %}", "not understood"),
        ("{% include \"/etc/passwd\" %}", "not understood"),
        ("{% for x in name %}", "not understood"),
        ("{% for product in name %}{% endfor %}", "Only these can be repeated: recommended."),
        ("{% if name %}", "“{% if … %}” is never ended."),
        ("a\nb{% endif %}", "Line 2: “{% endif %}” ends nothing."),
        ("{% if name %}{% endfor %}", "ends nothing"),
        ("{% else %}", "belongs to nothing"),
        ("{% if name %}{% else %}{% else %}{% endif %}", "belongs to nothing"),
        ("{{ product.name }}", "is known only between"),
        ("{{ name", "“{{” has no counterpart."),
        ("{% for product in recommended %}{% for product in recommended %}{% endfor %}{% endfor %}", "within another"),
    ],
)  # fmt: skip
def test_what_is_not_understood_is_told_with_its_line(source: str, sentence: str) -> None:
    assert any(sentence in one for one in problems(source)), problems(source)


@pytest.mark.parametrize(
    "name",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        'a" onmouseover="x',
        "O'Brien & Söhne",
        "{{ city }}",
        "{% if name %}",
        "q0123y0z",
    ],
)
def test_a_hostile_name_stays_a_name(name: str) -> None:
    from html import unescape

    html = run("<p>{{ name }}</p>", HTML, name=name, city="Taipei")
    inner = html.removeprefix("<p>").removesuffix("</p>")
    assert "<" not in inner
    assert '"' not in run("{{ name }}", ATTRIBUTE, name=name)
    assert unescape(inner) == name
    assert run("{{ name }}", name=name) == name


def test_a_fallback_is_escaped_too() -> None:
    assert run('{{ city | "<b>" }}', HTML) == "&lt;b&gt;"


def test_within_an_address_a_value_cannot_lead_elsewhere() -> None:
    assert (
        run("https://a.example/?q={{ name }}", URL, name="x&y=1#z /..") == "https://a.example/?q=x%26y%3D1%23z%20%2F.."
    )


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "//evil.example",
        " https://x",
        'https://a"b',
        "https://a b",
        "ftp://x",
    ],
)
def test_an_address_that_is_none_of_the_web_is_left_out(address: str) -> None:
    assert run("{{ offer_url }}", ADDRESS, offer_url=address) == ""
    assert run("{{ offer_url }}", ADDRESS, offer_url="https://a.example/x?y=1") == "https://a.example/x?y=1"


def test_names_that_run_from_right_to_left_turn_nothing_around() -> None:
    assert run("Dear {{ name }}!", HTML, name="שרה") == "Dear <bdi>שרה</bdi>!"
    assert run("Dear {{ name }}!", name="شركة") == "Dear \u2068شركة\u2069!"
    assert run("{{ name }}", HTML, name="王小明") == "王小明"


def test_values_are_one_tidy_line() -> None:
    assert tidy("a\r\nBcc: x@y.example\x00\u202e b\u200b") == "a Bcc: x@y.example b"
    assert len(tidy("長" * 5_000)) == LONGEST_VALUE
    assert tidy("\x00" * 3 + "x" * 5_000) == "x" * LONGEST_VALUE


def test_hints_speak_of_what_may_be_missing_and_is_not_provided_for() -> None:
    def hints(source: str) -> list[str]:
        marks = mark(source, fields=FIELDS, lists=LISTS, inner=INNER).marks
        return [str(one) for one in unguarded(marks, {"city"})]

    assert len(hints("{{ city }}")) == 1
    assert hints('{{ city | "x" }}{{ name }}{% if city %}{{ city }}{% endif %}') == []
    assert len(hints("{% if city %}{% endif %}{{ city }}")) == 1


def test_a_program_tells_what_it_asks_for_and_where_everybody_is_led() -> None:
    told = mark("{{ name }}{% if city %}{{ offer_url }}{% endif %}", fields=FIELDS, lists=LISTS, inner=INNER)
    nested = program(told, told.source, PLAIN)
    assert set(names_in(nested)) == FIELDS
    same = [["link", HTML, ["https://a.example"]], ["if", "name", False, [["link", HTML, ["https://b.example"]]], []]]
    assert list(targets_in(same)) == ["https://a.example", "https://b.example"]


def test_links_are_led_over_what_tracks_them_in_both_parts() -> None:
    nested = [["link", ATTRIBUTE, ["https://a.example/?x=1&y=2"]], " ", ["link", PLAIN, ["https://a.example/?x=1&y=2"]]]
    assert Program(nested).run({}) == "https://a.example/?x=1&amp;y=2 https://a.example/?x=1&y=2"
    assert (
        Program(nested).run({}, lambda url: f"https://t.example/?{len(url)}&z")
        == "https://t.example/?26&amp;z https://t.example/?26&z"
    )
