"""Who holds a post at a company, out of one cell: several names, stand-ins, representatives of legal persons, vacancies."""

from __future__ import annotations

import re
from typing import Final

from regulars.integrations.imports.engine import parties
from regulars.integrations.imports.engine.customers.row import Holder
from regulars.integrations.imports.values.texts import read_name, several
from regulars.kit import text

_NOBODY: Final = frozenset(
    {
        "", "-", "－", "–", "—", "na", "n/a", "nil", "none", "null", "無", "暫缺", "從缺", "懸缺", "出缺", "缺", "待補", "待聘", "未派任", "尚未派任", "尚未聘任", "vacant", "tbd",
    }
)  # fmt: skip
_BETWEEN: Final = re.compile(r"[/／、;；]")
_COMMA: Final = re.compile(r"[,，]")
_BRACKETS: Final = re.compile(r"[(（]\s*([^()（）]*)\s*[)）]")
_REPRESENTED: Final = re.compile(
    r"^(?P<firm>.{2,}?)\s*[(（]?\s*(?:法人)?代表人?\s*[:：]\s*(?P<name>.+?)\s*[)）]?$|^(?P<firm2>.{2,}?)\s*[(（]?\s*(?:法人)?代表人\s*(?P<name2>[^:：]+?)\s*[)）]?$"
)
_STANDS_IN: Final = re.compile(
    r"^(?P<before>(?:(?:代理|兼任|暫代)(?:董事長|總經理|執行長)?)?)(?P<name>[^\s]{2,4}?)(?P<after>(?:(?:副?董事長|總經理|執行長|總裁|財務長)?(?:代理|暫代|兼任|兼)(?:副?董事長|總經理|執行長|總裁)?))$"
)
_QUALIFIES: Final = re.compile(r"^代$|代理|暫代|兼|長$|原名|總裁|acting|interim|代表", re.IGNORECASE)


def post_of(title: str) -> str:
    """The post in a relation's title, without what is said beside it."""
    return title.partition("（")[0].partition(" (")[0].strip()


def holders(cell: str) -> list[Holder]:
    """Who is named in the cell of a post; none when it is vacant.

    >>> [(one.name, one.detail) for one in holders("許逸德/許逸晟(執行長)")]
    [('許逸德', ''), ('許逸晟', '執行長')]
    >>> holders("暫缺")
    []
    """
    names = [part for value in several(cell) for part in _BETWEEN.split(read_name(value))]
    names = [part for value in names for part in (_COMMA.split(value) if _is_list(value) else (value,))]
    found = [one for name in names if (one := _holder(name.strip())) is not None]
    return list({text.fold(one.name): one for one in found}.values())


def _is_list(value: str) -> bool:
    """Whether commas part names: between Chinese names they do, in "Chen, Steve" they do not."""
    return all(text.has_han(part) for part in _COMMA.split(value))


def _holder(name: str) -> Holder | None:
    if name.casefold().strip() in _NOBODY:
        return None
    if match := _REPRESENTED.match(name):
        firm = (match["firm"] or match["firm2"]).strip(" (（")
        person = (match["name"] or match["name2"]).strip()
        return Holder(person[:200], f"{firm}代表人"[:60])
    details = [said for said in _BRACKETS.findall(name) if _QUALIFIES.search(said)]
    bare = _BRACKETS.sub(lambda match: "" if _QUALIFIES.search(match.group(1)) else match.group(), name).strip()
    if match := _STANDS_IN.match(bare):
        bare, details = match["name"], [*details, match["before"] or match["after"]]
    if not bare:
        return None
    return Holder(bare[:200], "、".join(dict.fromkeys(details))[:60], parties.kind_of_name(bare))
