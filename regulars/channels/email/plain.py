"""The words of HTML as plain text."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Final

_BREAKING: Final = frozenset(
    {"address", "article", "blockquote", "br", "dd", "div", "dl", "dt", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header",
     "hr", "li", "ol", "p", "pre", "section", "table", "tr", "ul"}
)  # fmt: skip
_SILENT: Final = frozenset({"head", "script", "style", "title", "template", "noscript", "svg", "math"})
_VOID: Final = frozenset({"br", "hr", "img", "input", "meta", "link", "area", "base", "col", "embed", "source", "wbr"})
_TAG: Final = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]{0,15})")
_LEFT_OPEN: Final = _VOID | {"p", "li", "td", "tr", "th", "dd", "dt", "option"}
_DEEPEST: Final = 400
_MOST_BROKEN: Final = 200
_MANY_BLANKS: Final = re.compile(r"\n{3,}")


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.told: list[str] = []
        self._silent: list[str] = []
        self._quotes = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT:
            self._silent.append(tag)
        elif tag in _BREAKING:
            self._quotes += tag == "blockquote"
            self.told.append("\n" + "> " * min(self._quotes, 6))
        elif tag == "td":
            self.told.append(" ")
        if tag == "li":
            self.told.append("- ")

    def handle_endtag(self, tag: str) -> None:
        if self._silent and tag == self._silent[-1]:
            self._silent.pop()
        elif tag == "body":
            self._silent.clear()
        elif tag in _BREAKING and tag not in _VOID:
            self._quotes -= tag == "blockquote" and self._quotes > 0
            self.told.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.told.append(re.sub(r"\s+", " ", data.replace("\xa0", " ")))


def is_hostile(html: str) -> bool:
    """Whether ``html`` is nested deeper, or more broken, than any writer makes it: parsers take the square of that in time."""
    if html.count("<") - html.count(">") > _MOST_BROKEN:
        return True
    depth = 0
    for found in _TAG.finditer(html):
        if found.group(2).lower() not in _LEFT_OPEN:
            depth += -1 if found.group(1) else 1
            if depth > _DEEPEST:
                return True
            depth = max(depth, 0)
    return False


def text_of(html: str) -> str:
    """What a reader would see of ``html``, line by line; quoted blocks begin with ``>``. Never raises."""
    if is_hostile(html):
        return " ".join(re.sub(r"<[^<>]{0,2000}>", " ", html).split())
    words = _Words()
    try:
        words.feed(html)
        words.close()
    except (AssertionError, ValueError, IndexError):  # html.parser gives up on a few broken declarations
        words.told.append(re.sub(r"<[^>]{0,2000}>", " ", html))
    lines = (line.strip(" ") for line in "".join(words.told).split("\n"))
    kept = "\n".join("" if set(line) <= {">", " "} else line for line in lines)
    return _MANY_BLANKS.sub("\n\n", kept).strip()
