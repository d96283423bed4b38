"""MJML as people write it: what is wrong with it in sentences with lines, and what it becomes, HTML and plain text.

``read`` looks at every element and attribute before MJML's own compiler does, lets nothing through that does something
(scripts, forms, frames, addresses that are not of the web), and finds the links.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import unescape
from typing import Final

from django.utils.translation import gettext as _

from regulars.marketing.content.template import ADDRESS, ATTRIBUTE, HTML, URL, Marked, Nested, Problem, program

LONGEST: Final = 200_000
_TOKEN: Final = re.compile(r"<!--.*?-->|<(/?)([a-zA-Z][a-zA-Z0-9-]*)((?>[^<>\"']|\"[^\"]*\"|'[^']*')*)>", re.DOTALL)
_ATTRIBUTE: Final = re.compile(r"([^\s=\"'<>/]+)(?:\s*=\s*(\"[^\"]*\"|'[^']*'|[^\s\"'<>]+))?")
_HEAD: Final = frozenset(
    {"mj-head", "mj-attributes", "mj-all", "mj-class", "mj-style", "mj-title", "mj-preview", "mj-breakpoint"}
)
_FRAME: Final = frozenset({"mjml", "mj-body", "mj-section", "mj-column", "mj-group", "mj-wrapper", "mj-hero"})
_WORDS: Final = frozenset({"mj-text", "mj-button", "mj-table", "mj-raw", "mj-title", "mj-preview", "mj-navbar-link"})
_BLOCKS: Final = frozenset({"mj-image", "mj-divider", "mj-spacer", "mj-navbar"})
_INLINE: Final = frozenset(
    {
        "a", "b", "strong", "i", "em", "u", "s", "small", "sup", "sub", "span", "p", "br", "hr", "div", "center", "blockquote", "h1", "h2",
        "h3", "h4", "h5", "h6", "ul", "ol", "li", "table", "thead", "tbody", "tfoot", "tr", "td", "th", "caption", "img", "bdi", "bdo",
        "ruby", "rt", "rp", "code", "pre", "abbr", "time",
    }
)  # fmt: skip
_VOID: Final = frozenset({"br", "hr", "img"})
_ATTRIBUTES_HEAD: Final = frozenset({"mj-attributes"})
_MAY_HOLD_ORDERS: Final = frozenset({"mj-body", "mj-column", "mj-hero"})
_LINKED: Final = frozenset({"a", "mj-button", "mj-image", "mj-navbar-link"})
_LEADS: Final = frozenset(
    {"href", "src", "background", "background-url", "action", "formaction", "poster", "srcset", "base-url"}
)
_SCHEMES: Final = re.compile(r"(https?://|mailto:|tel:|#)", re.IGNORECASE)
_PICTURES: Final = re.compile(r"https?://", re.IGNORECASE)
_DANGEROUS_STYLE: Final = re.compile(r"expression\s*\(|javascript:|@import|</|behavior\s*:|-moz-binding", re.IGNORECASE)


@dataclass(slots=True)
class Element:
    """An element with its attributes (values as meant, not as escaped) and what it holds, text as it was written."""

    tag: str
    line: int
    attributes: dict[str, str] = field(default_factory=dict)
    holds: list[Element | str] = field(default_factory=list)
    links: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class Document:
    """MJML that was read: its root, where each mark stands, the links by the number of the mark that stands for them."""

    root: Element
    marked: Marked
    modes: dict[int, str] = field(default_factory=dict)
    links: dict[int, Nested] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def read(marked: Marked, *, addresses: frozenset[str]) -> Document:
    """The document of a marked source, with everything that is wrong with it.

    Args:
        addresses: fields that are an address of the web as a whole.
    """
    reader = _Reader(marked, addresses)
    reader.run()
    return reader.document


class _Reader:
    def __init__(self, marked: Marked, addresses: frozenset[str]) -> None:
        self.source, self.marked, self.addresses = marked.source, marked, addresses
        self.document = Document(Element("", 0), marked)
        self.open = [self.document.root]
        self.next_mark = len(marked.marks)

    def wrong(self, sentence: str, line: int) -> None:
        self.document.problems.append(Problem(sentence, line))

    def run(self) -> None:
        at, line = 0, 1
        if len(self.source) > LONGEST:
            return self.wrong(_("This is longer than a mail may be."), 0)
        for found in _TOKEN.finditer(self.source):
            self._words(self.source[at : found.start()], line)
            line += self.source.count("\n", at, found.start())
            if found.group(2):
                self._tag(found.group(1), found.group(2).lower(), found.group(3), line)
            elif any(isinstance(part, int) for part in self.marked.split(found.group())):
                self.wrong(_("Nothing can be inserted in a comment."), line)
            line += found.group().count("\n")
            at = found.end()
        self._words(self.source[at:], line)
        for one in self.open[1:]:
            self.wrong(_("<%(tag)s> is never closed.") % {"tag": one.tag}, one.line)
        self._whole()
        return None

    def _whole(self) -> None:
        roots = [one for one in self.document.root.holds if isinstance(one, Element)]
        if [one.tag for one in roots] != ["mjml"]:
            self.wrong(_("It must be one <mjml> … </mjml>."), 1)
        elif not any(isinstance(one, Element) and one.tag == "mj-body" for one in roots[0].holds):
            self.wrong(_("It has no <mj-body>."), roots[0].line)

    def _words(self, words: str, line: int) -> None:
        inside = self.open[-1]
        if "<" in words:
            begun = line + words[: words.index("<")].count("\n")
            self.wrong(_("This “<” begins nothing; write &lt; where the sign itself is meant."), begun)
            words = words.replace("<", "&lt;")
        for part in self.marked.split(words):
            if isinstance(part, str):
                line = self._said(part, inside, line)
            else:
                self._mark(part, inside)

    def _said(self, part: str, inside: Element, line: int) -> int:
        if part.strip() and not _says(self.open):
            begun = line + part[: len(part) - len(part.lstrip())].count("\n")
            self.wrong(
                _("Words belong into <mj-text>, not directly into <%(tag)s>.") % {"tag": inside.tag or "mjml"}, begun
            )
        if inside.tag == "mj-style" and _DANGEROUS_STYLE.search(part):
            self.wrong(_("This style would load or run something."), line)
        inside.holds.append(part)
        return line + part.count("\n")

    def _mark(self, number: int, inside: Element) -> None:
        one = self.marked.marks[number]
        if inside.tag == "mj-style" or (inside.tag in _HEAD and inside.tag not in _WORDS):
            self.wrong(_("Nothing can be inserted in <%(tag)s>.") % {"tag": inside.tag}, one.line)
        elif not _says(self.open):
            if one.kind == "field":
                self.wrong(
                    _("Words belong into <mj-text>, not directly into <%(tag)s>.") % {"tag": inside.tag or "mjml"},
                    one.line,
                )
            elif inside.tag not in _MAY_HOLD_ORDERS:
                told = _(
                    "“{%% %(kind)s %%}” cannot stand directly in <%(tag)s>; put it around the sections, or inside a column."
                )
                self.wrong(told % {"kind": one.kind, "tag": inside.tag or "mjml"}, one.line)
        self.document.modes[number] = ATTRIBUTE if inside.tag in _HEAD else HTML
        inside.holds.append(self.marked.stands(number))

    def _tag(self, closes: str, tag: str, told: str, line: int) -> None:
        if closes:
            return self._close(tag, line)
        if tag not in _HEAD | _FRAME | _WORDS | _BLOCKS | _INLINE and not self._in_attributes():
            return self.wrong(_("<%(tag)s> cannot be used in a mail.") % {"tag": tag}, line)
        if tag in _INLINE and not _says(self.open):
            self.wrong(_("<%(tag)s> belongs into <mj-text>.") % {"tag": tag}, line)
        if tag.startswith("mj") and any(one.tag in _WORDS for one in self.open):
            self.wrong(_("<%(tag)s> cannot stand within <%(outer)s>.") % {"tag": tag, "outer": self.open[-1].tag}, line)
        made = Element(tag, line)
        self._attributes(made, told)
        self.open[-1].holds.append(made)
        if not told.rstrip().endswith("/") and tag not in _VOID:
            self.open.append(made)
        return None

    def _in_attributes(self) -> bool:
        return self.open[-1].tag in _ATTRIBUTES_HEAD

    def _close(self, tag: str, line: int) -> None:
        if tag in _VOID:
            return None
        if self.open[-1].tag == tag:
            self._balanced(self.open.pop())
            return None
        if tag not in {one.tag for one in self.open}:
            return self.wrong(_("</%(tag)s> closes nothing.") % {"tag": tag}, line)
        while self.open[-1].tag != tag:
            left = self.open.pop()
            self.wrong(_("<%(tag)s> is never closed.") % {"tag": left.tag}, left.line)
        self.open.pop()
        return None

    def _balanced(self, element: Element) -> None:
        """What begins in an element must end in it, or a recipient would get half of it."""
        depth, line = 0, element.line
        for part in element.holds:
            for number in self.marked.split(part) if isinstance(part, str) else ():
                if isinstance(number, int) and number < len(self.marked.marks):
                    one = self.marked.marks[number]
                    depth += {"if": 1, "for": 1, "endif": -1, "endfor": -1}.get(one.kind, 0)
                    line = one.line
                    if depth < 0 or (depth == 0 and one.kind == "else"):
                        break
        if depth:
            told = _("What begins with {%% if %%} or {%% for %%} must end in the same <%(tag)s>.")
            self.wrong(told % {"tag": element.tag}, line)

    def _attributes(self, element: Element, told: str) -> None:
        for found in _ATTRIBUTE.finditer(told.rstrip().removesuffix("/")):
            name, raw = found.group(1).lower(), found.group(2) or ""
            value = unescape(raw[1:-1] if raw[:1] in {'"', "'"} else raw)
            if name.startswith("on"):
                self.wrong(_("“%(name)s” would run something; a mail cannot.") % {"name": name}, element.line)
            elif name == "style" and _DANGEROUS_STYLE.search(value):
                self.wrong(_("This style would load or run something."), element.line)
            elif name in _LEADS:
                self._leads(element, name, value)
            else:
                element.attributes[name] = self._inserted(element, name, value)

    def _inserted(self, element: Element, name: str, value: str) -> str:
        for part in self.marked.split(value):
            if isinstance(part, int):
                self.document.modes[part] = ATTRIBUTE
                if name not in {"alt", "title"} or self.marked.marks[part].kind != "field":
                    line = self.marked.marks[part].line
                    self.wrong(_("Nothing can be inserted in “%(name)s”.") % {"name": name}, line)
        return value

    def _leads(self, element: Element, name: str, value: str) -> None:
        parts = list(self.marked.split(value.strip()))
        if not parts:
            return
        target = name == "href" and element.tag in _LINKED
        if not self._is_safe(parts, target):
            told = _("“%(value)s” is no address that may stand here; it must begin with https://.")
            shown = "".join(part if isinstance(part, str) else "…" for part in parts)[:60]
            self.wrong(told % {"value": shown}, element.line)
            return
        begun = False
        for part in parts:
            if isinstance(part, int):
                one = self.marked.marks[part]
                whole = one.name in self.addresses
                self.document.modes[part] = ADDRESS if whole else URL
                if one.kind == "field" and whole == begun:
                    self._misplaced(one.name, whole, one.line)
            begun = begun or (isinstance(part, str) and bool(part.strip()))
        if target:
            number, self.next_mark = self.next_mark, self.next_mark + 1
            self.document.links[number] = program(self.marked, value.strip(), lambda one: self.document.modes[one])
            self.document.modes[number] = ATTRIBUTE
            element.links[name] = number
            element.attributes[name] = self.marked.stands(number)
        else:
            element.attributes[name] = value.strip()

    def _misplaced(self, name: str, whole: bool, line: int) -> None:
        if whole:
            self.wrong(_("“%(name)s” is a whole address; nothing can stand before it.") % {"name": name}, line)
        else:
            self.wrong(_("“%(name)s” is no address; begin with https://.") % {"name": name}, line)

    def _is_safe(self, parts: Sequence[str | int], target: bool) -> bool:
        """Whether whatever is inserted, this leads to the web (or writes a mail, or calls)."""
        wanted = _SCHEMES if target else _PICTURES
        words = [part for part in parts if isinstance(part, str)]
        inserted = [self.marked.marks[part] for part in parts if isinstance(part, int)]
        if not inserted:
            return bool(wanted.match(words[0]))
        begins = isinstance(parts[0], str)
        if begins and not wanted.match(str(parts[0])):
            return False
        if all(one.kind == "field" for one in inserted):
            return begins or inserted[0].name in self.addresses
        # a choice between addresses: each of its branches must be one
        return all(wanted.match(one.strip()) for one in words if one.strip()) and not begins


def _says(open_ones: Sequence[Element]) -> bool:
    """Whether words may stand here."""
    return any(one.tag in _WORDS or one.tag in {"mj-style", "mj-raw"} for one in open_ones)


def written(document: Document) -> str:
    """The document for MJML's compiler: orders between elements wrapped, attributes quoted so that nothing breaks out."""
    return "".join(_written(one, document) for one in document.root.holds if isinstance(one, Element))


def _written(element: Element, document: Document) -> str:
    attributes = "".join(f' {name}="{_quoted(value)}"' for name, value in element.attributes.items())
    if element.tag in _VOID:
        return f"<{element.tag}{attributes} />"
    inner = "".join(
        _written(one, document) if isinstance(one, Element) else _between(one, element, document)
        for one in element.holds
    )
    return f"<{element.tag}{attributes}>{inner}</{element.tag}>"


def _between(words: str, element: Element, document: Document) -> str:
    if element.tag in _MAY_HOLD_ORDERS and words.strip():
        return f"<mj-raw>{words.strip()}</mj-raw>"
    return words


def _quoted(value: str) -> str:
    """Pure ASCII without quotes: the compiler writes anything else in a notation of its own."""
    return "".join(
        one if " " <= one <= "~" and one not in '&<>"\\' else f"&#{ord(one)};" for one in value.replace("\n", " ")
    )


def said(document: Document) -> str:
    """The document as plain text, still with its marks: links as words followed by their address."""
    body = "".join(_spoken(one, document) for one in document.root.holds if isinstance(one, Element))
    lines = [_begun(" ".join(line.split()), document.marked) for line in body.split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip() + "\n"


def _begun(line: str, marked: Marked) -> str:
    """A line without the blanks after orders at its beginning: an order says nothing."""
    made, begins = "", True
    for part in marked.split(line):
        if isinstance(part, str):
            told = part.lstrip() if begins else part
            begins = begins and not told
            made += told
        else:
            begins = begins and part < len(marked.marks) and marked.marks[part].kind != "field"
            made += marked.stands(part)
    return made


def _spoken(element: Element, document: Document) -> str:
    if element.tag in _HEAD:
        return ""
    inner = "".join(_spoken(one, document) if isinstance(one, Element) else _bare(one) for one in element.holds)
    wrap = _SPOKEN.get(element.tag)
    return wrap(element, inner.strip() if element.tag in _WORDS else inner, document) if wrap else inner


def _bare(words: str) -> str:
    return re.sub(r"\s+", " ", unescape(words))


def _linked(element: Element, inner: str, document: Document) -> str:
    number = element.links.get("href")
    address = document.marked.stands(number) if number is not None else ""
    return f"{inner.strip()}: {address}" if address and inner.strip() else inner or address


def _pictured(element: Element, inner: str, document: Document) -> str:
    words = element.attributes.get("alt", "")
    told = _linked(element, f"[{words}]" if words else "", document)
    return f"\n{told}\n" if told else ""


_Wrap = Callable[[Element, str, Document], str]
_SPOKEN: Final[Mapping[str, _Wrap]] = {
    "a": _linked,
    "img": _pictured,
    "mj-image": _pictured,
    "mj-button": lambda one, inner, document: f"\n{_linked(one, inner, document)}\n\n",
    "mj-navbar-link": lambda one, inner, document: f"{_linked(one, inner, document)}\n",
    "mj-text": lambda one, inner, document: f"\n{inner}\n",
    "mj-table": lambda one, inner, document: f"\n{inner}\n",
    "mj-divider": lambda one, inner, document: "\n- - -\n",
    "br": lambda one, inner, document: "\n",
    "hr": lambda one, inner, document: "\n- - -\n",
    "li": lambda one, inner, document: f"\n· {inner.strip()}",
    "tr": lambda one, inner, document: f"{inner.strip()}\n",
    "td": lambda one, inner, document: f"{inner.strip()}  ",
    "th": lambda one, inner, document: f"{inner.strip()}  ",
    **dict.fromkeys(("p", "div", "ul", "ol", "blockquote"), lambda one, inner, document: f"\n{inner.strip()}\n"),
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), lambda one, inner, document: f"\n{inner.strip()}\n\n"),
}  # fmt: skip


def pictures_without_words(document: Document) -> Iterator[Problem]:
    """Hints at pictures that say nothing to whoever does not see them."""
    waiting = [document.root]
    while waiting:
        one = waiting.pop()
        if one.tag == "mj-attributes":
            continue
        waiting += [child for child in one.holds if isinstance(child, Element)]
        if one.tag in {"mj-image", "img"} and not one.attributes.get("alt"):
            yield Problem(
                _('The picture says nothing to whoever does not see it; give it words in alt="…".'), one.line, hint=True
            )
