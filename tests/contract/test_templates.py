"""Every template of the product compiles, and holds nothing that the content security policy would block."""

from pathlib import Path

import pytest
from django.template.loader import get_template

import regulars
from tools.checks import templates

PACKAGE = Path(regulars.__file__).parent
NAMES = sorted(
    str(path).rpartition("/templates/")[2]
    for pattern in ("**/templates/**/*.html", "**/templates/**/*.txt")
    for path in PACKAGE.glob(pattern)
)


@pytest.mark.parametrize("name", NAMES)
def test_template_compiles(name: str) -> None:
    get_template(name)


def test_templates_carry_no_inline_style_script_or_handler() -> None:
    assert templates.problems() == []


@pytest.mark.parametrize(
    ("html", "what"),
    [
        ('<p style="color: red">', "an inline style attribute"),
        ("<a href='#' onclick='go()'>", "an inline event handler"),
        ("<script>go()</script>", "an inline script"),
        ("<style>p {}</style>", "a style element"),
        ('<a href="javascript:go()">', "a javascript: address"),
        ('<img src="https://cdn.example/a.png">', "an address on another machine"),
    ],
)
def test_check_finds_what_the_policy_would_block(
    tmp_path: Path, html: str, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "page.html"
    path.write_text(f"<p>fine</p>\n{{# {html} #}}\n{html}\n")
    monkeypatch.setattr(templates, "shown", lambda path: path.name)
    assert templates.problems_of(path) == [f"page.html:3: {what}"]


def test_check_allows_scripts_from_the_product_and_data(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text(
        '<script src="{% static "a.js" %}" defer></script><script id="x" type="application/json">{}</script>'
    )
    assert templates.problems_of(path) == []
