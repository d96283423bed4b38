"""HTML of mails made harmless: a short list of what may stay, pictures that came with it put in, old letters folded away.

What is left is shown in a frame whose policy allows neither script nor any request; this is the first wall, that the second.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping, Sequence
from html import escape
from html.parser import HTMLParser
from typing import Final

import nh3

from regulars.channels.email.pieces import SAFE_IMAGES, Piece
from regulars.channels.email.plain import is_hostile

LARGEST_PICTURE: Final = 300 * 1024
LARGEST_TOGETHER: Final = 1024 * 1024
"""Bytes of pictures that are put into the text; larger ones stay attachments."""
LONGEST_RESULT: Final = 1_000_000
"""Characters of what is kept; the inbox keeps no more."""
LONGEST: Final = 400_000
"""Characters of HTML that are cleaned; of a longer letter the plain text tells the rest."""
_TAGS: Final = frozenset(
    {"a", "abbr", "b", "bdi", "bdo", "blockquote", "br", "caption", "center", "cite", "code", "col", "colgroup", "dd", "del", "div",
     "dl", "dt", "em", "font", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "img", "ins", "kbd", "li", "mark", "ol", "p", "pre",
     "q", "rp", "rt", "ruby", "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "table", "tbody", "td", "tfoot", "th",
     "thead", "tr", "tt", "u", "ul", "var", "wbr"}
)  # fmt: skip
_CELL: Final = frozenset({"align", "valign", "width", "height", "bgcolor", "colspan", "rowspan"})
_ATTRIBUTES: Final[Mapping[str, frozenset[str]]] = {
    "*": frozenset({"style", "dir", "lang", "title", "align", "class", "id"}),
    "a": frozenset({"href"}),
    "img": frozenset({"src", "alt", "width", "height"}),
    "table": _CELL | {"border", "cellpadding", "cellspacing"},
    "td": _CELL, "th": _CELL, "tr": _CELL, "col": _CELL,
    "font": frozenset({"color", "size", "face"}),
    "ol": frozenset({"start", "type"}),
    "blockquote": frozenset({"type"}),
}  # fmt: skip
_STYLES: Final = frozenset(
    {"color", "background-color", "font-weight", "font-style", "font-size", "font-family", "text-align", "text-decoration", "line-height",
     "vertical-align", "white-space", "border", "border-collapse", "border-top", "border-bottom", "border-left", "border-right",
     "padding", "padding-top", "padding-bottom", "padding-left", "padding-right", "margin", "margin-top", "margin-bottom",
     "width", "max-width", "height", "list-style-type"}
)  # fmt: skip
_VALUE: Final = re.compile(r"[\w#%.,'\" +-]{1,120}|rgba?\([\d., %]{1,40}\)", re.ASCII)
_TRICK: Final = re.compile(
    r"(^|[\s,])-|\\|//|url|expression|import|var|attr|(^|[^\d.])0*[0-3](\.\d+)?p[xt](\D|$)|(^|\s)0+(\.0*)?(r?em|%)?(\s|$)",
    re.IGNORECASE,
)
"""In sizes and margins: below nothing, next to nothing, or from elsewhere."""
_SIZES: Final = frozenset({"font-size", "line-height", "width", "height", "max-width"})
_MARGINS: Final = re.compile(r"margin|padding")
_OUTLOOK: Final = re.compile(r"border-top:solid #(b5c4df|e1e1e1) 1\.0pt;padding:3\.0pt 0", re.IGNORECASE)
_FROM_ELSEWHERE: Final = re.compile(r"^\s*https?:", re.IGNORECASE)
_TINY: Final = frozenset({"0", "1", "2", "0px", "1px", "2px"})


def sanitise(html: str, pieces: Sequence[Piece] = ()) -> tuple[str, list[Piece]]:
    """``html`` less everything that could act, ask elsewhere or hide; with pictures of ``pieces`` that it shows, and which these are.

    Pictures from elsewhere keep their address as ``data-from`` (``inbox.models.ELSEWHERE``): they are loaded when somebody asks.
    What is too long even without pictures, or nested without end, is empty: the plain text tells it.
    """
    if not html.strip() or is_hostile(html[:LONGEST]):
        return "", []
    for pictures in (_pictures(pieces), {}):
        told = folded(_cleaned(html, pictures))
        if len(told) <= LONGEST_RESULT:
            return told, [one for one in pieces if one.content_id in pictures and pictures[one.content_id] in told]
    return "", []


def _cleaned(html: str, pictures: Mapping[str, str]) -> str:
    def judge(tag: str, name: str, value: str) -> str | None:
        if name == "style":
            return _harmless_style(value) or None
        if tag == "img" and name == "src":
            return _picture(value, pictures)
        return value

    return nh3.clean(
        html[:LONGEST].replace("\x00", ""),
        tags=set(_TAGS),
        attributes={tag: set(names) for tag, names in _ATTRIBUTES.items()},
        clean_content_tags={
            "script",
            "style",
            "title",
            "head",
            "template",
            "svg",
            "math",
            "iframe",
            "object",
            "noscript",
        },
        attribute_filter=judge,
        url_schemes={"http", "https", "mailto", "tel", "cid", "data"},
        link_rel="noopener noreferrer nofollow",
        strip_comments=True,
    )


def _pictures(pieces: Sequence[Piece]) -> dict[str, str]:
    """By Content-ID, the pictures that may be put into the text: of a safe sort by content, and not too large."""
    found: dict[str, str] = {}
    room = LARGEST_TOGETHER
    for one in pieces:
        if one.content_id and one.type in SAFE_IMAGES and one.size <= min(LARGEST_PICTURE, room):
            found[one.content_id] = f"data:{one.type};base64,{base64.b64encode(one.content).decode()}"
            room -= one.size
    return found


def _picture(value: str, pictures: Mapping[str, str]) -> str | None:
    """Where a picture comes from: the mail itself, or elsewhere, which is for ``folded`` to put aside."""
    told = value.strip()
    if told.lower().startswith("cid:"):
        return pictures.get(told[4:])
    if told.lower().startswith("data:"):
        kind = told[5:60].partition(";")[0].lower()
        return told if kind in SAFE_IMAGES and len(told) <= LARGEST_PICTURE * 4 // 3 else None
    return told if _FROM_ELSEWHERE.match(told) else None


def _harmless_style(value: str) -> str:
    """Those declarations that colour and space text within its place; nothing that hides, covers or fetches."""
    kept = []
    for declaration in value[:4_000].split(";"):
        name, _colon, told = (part.strip() for part in declaration.partition(":"))
        name, told = name.lower(), told.replace("!important", "").strip()
        if name not in _STYLES or not _VALUE.fullmatch(told):
            continue
        if (name in _SIZES or _MARGINS.match(name)) and _TRICK.search(told) and not _is_nothing(name, told):
            continue
        kept.append(f"{name}:{told}")
    return ";".join(kept)


def _is_nothing(name: str, told: str) -> bool:
    """Whether it is a margin of nothing, which hides nothing."""
    return bool(_MARGINS.match(name)) and not re.search(r"(^|\s)-", told) and not re.search(r"[a-z]{4,}|\\|//", told)


class _Folding(HTMLParser):
    """Writes well-formed HTML anew: letters quoted go into ``details``, pictures from elsewhere lose their source."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.told: list[str] = []
        self._open: list[tuple[str, bool]] = []
        self._folded = False
        self._has_words = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        quotes = not self._folded and (_quotes(tag, told) or (tag == "blockquote" and self._has_words))
        if quotes or (not self._folded and _begins_quote(tag, told)):
            self._folded = True
            self.told.append('<details class="quoted"><summary>•••</summary>')
            if not quotes:  # what follows is the old letter, to the end of what encloses both
                self._open.append(("#rest", True))
        kept = {name: value for name, value in told.items() if name not in {"class", "id", "type"} or tag == "ol"}
        if tag == "img" and not (kept := _of_picture(kept)):
            return
        self.told.append(f"<{tag}{''.join(f' {name}={_quoted(value)}' for name, value in kept.items())}>")
        if tag not in {"img", "br", "hr", "wbr", "col"}:
            self._open.append((tag, quotes))

    def handle_endtag(self, tag: str) -> None:
        if not any(tag == name for name, _quotes in self._open):
            return
        while self._open:
            name, quotes = self._open.pop()
            if name != "#rest":
                self.told.append(f"</{name}>")
            if quotes:
                self._folded = False
                self.told.append("</details>")
            if name == tag:
                return

    def handle_data(self, data: str) -> None:
        self._has_words = self._has_words or bool(data.strip())
        self.told.append(data.replace("<", "&lt;"))

    def handle_entityref(self, name: str) -> None:
        self.told.append(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self.told.append(f"&#{name};")

    def finish(self) -> str:
        """Everything, with what is still open closed."""
        self.close()
        while self._open:
            self.handle_endtag(self._open[-1][0])
        return "".join(self.told)


def _quoted(value: str) -> str:
    return f'"{escape(value, quote=True)}"'


def _of_picture(told: dict[str, str]) -> dict[str, str]:
    """What is left of a picture; nothing of one without a source, or so small that it only tells that it was fetched."""
    source = told.pop("src", "")
    if not source:
        return {"alt": told["alt"]} if told.get("alt") else {}
    if not _FROM_ELSEWHERE.match(source):
        return {"src": source, **told}
    if told.get("width", "").strip() in _TINY or told.get("height", "").strip() in _TINY:
        return {}
    return {"data-from": source, **told}


def _quotes(tag: str, told: Mapping[str, str]) -> bool:
    """Whether what begins here is the letter that is answered, as mail programs mark it."""
    classes, name = set(told.get("class", "").lower().split()), told.get("id", "").lower()
    if tag == "blockquote":
        return told.get("type", "").lower() == "cite" or bool(
            classes & {"gmail_quote", "protonmail_quote", "zmail_extra"}
        )
    return bool(
        classes
        & {"gmail_quote", "gmail_quote_container", "yahoo_quoted", "moz-cite-prefix", "gmail_extra", "protonmail_quote"}
        or name in {"divrplyfwdmsg", "appendonsend", "olk_src_body_section", "isforwardcontent", "reply-intro"}
        or name.endswith("divrplyfwdmsg")
    )


def _begins_quote(tag: str, told: Mapping[str, str]) -> bool:
    """Whether what follows is the letter that is answered: the line that Hotmail draws, the head that Outlook writes."""
    if tag == "hr":
        return told.get("id", "").lower() == "stopspelling"
    return tag == "div" and bool(_OUTLOOK.search(told.get("style", "")))


def folded(html: str) -> str:
    """Well-formed HTML with the letters it quotes folded away and pictures from elsewhere put aside."""
    folding = _Folding()
    folding.feed(html)
    return folding.finish()
