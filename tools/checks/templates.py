"""Templates: no inline style, script or event handler (the content security policy forbids them), every text translated."""

import re
from pathlib import Path

from tools.checks.files import kept, shown

RULES = {
    "an inline style attribute": re.compile(r"<[^>]*\sstyle\s*=", re.IGNORECASE),
    "an inline event handler": re.compile(r"<[^>]*\son[a-z]+\s*=\s*[\"']", re.IGNORECASE),
    "an inline script": re.compile(r"<script(?![^>]*(\bsrc=|application/json))[^>]*>", re.IGNORECASE),
    "a style element": re.compile(r"<style\b", re.IGNORECASE),
    "a javascript: address": re.compile(r"(href|src)\s*=\s*[\"']\s*javascript:", re.IGNORECASE),
    "an address on another machine": re.compile(r"(src|href)\s*=\s*[\"'](https?:)?//(?!\{\{)", re.IGNORECASE),
}
COMMENT = re.compile(r"{#.*?#}|{%\s*comment.*?endcomment\s*%}|<!--.*?-->", re.DOTALL)


def blank(match: re.Match[str]) -> str:
    """A comment's lines, emptied, so that line numbers stay true."""
    return "\n" * match.group().count("\n")


def problems_of(path: Path) -> list[str]:
    """`file:line: what` for one template."""
    text = COMMENT.sub(blank, path.read_text(encoding="utf-8"))
    return [
        f"{shown(path)}:{text.count(chr(10), 0, match.start()) + 1}: {what}"
        for what, pattern in RULES.items()
        for match in pattern.finditer(text)
    ]


def problems() -> list[str]:
    """`file:line: what` for every template of the product."""
    return [found for path in kept("regulars/**/templates/**.html") for found in problems_of(path)]
