"""Every style sheet, script and picture that a page names is there; the front-end libraries are those of the lock."""

import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders

import regulars
from regulars.web import assets
from tools.assets import FROM_DJANGO_HTMX, FROM_NPM

PACKAGE = Path(regulars.__file__).parent
NAMED = re.compile(r"{%\s*static\s+[\"']([^\"'{]+)[\"']")


def named_in_templates() -> set[str]:
    return {
        name
        for path in PACKAGE.glob("**/templates/**/*.html")
        for name in NAMED.findall(path.read_text(encoding="utf-8"))
    }


@pytest.mark.parametrize("name", sorted(named_in_templates() | {*assets.styles, *assets.scripts}))
def test_file_named_by_a_page_exists(name: str) -> None:
    assert finders.find(name), f"{name} is in no static folder"


@pytest.mark.parametrize("name", sorted(FROM_NPM | FROM_DJANGO_HTMX))
def test_front_end_library_was_copied(name: str) -> None:
    found = finders.find(f"vendor/{name}")
    assert found, "run ./run (or npm ci && python -m tools.assets)"
    assert Path(found).stat().st_size > 1_000
