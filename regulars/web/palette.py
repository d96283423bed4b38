"""What ⌘K finds: places, actions and records, from registered providers.

    palette.register_action(Action("import", _("Import a file"), icon="upload", url_name="imports:new", rule="imports.run"))

    @palette.provider
    def for_somebody(user, text, limit):            # further lines; called with at least one character
        yield Entry(_("Call %s") % text, url, icon="phone", group=_("Do"))

Records are those of ``web.finding``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from regulars.kit.text import fold
from regulars.web import finding, places
from regulars.web.access import User, can
from regulars.web.finding import Entry
from regulars.web.resources import Text

RECORDS_PER_KIND = finding.IN_PALETTE

__all__ = [
    "Action", "Entry", "actions", "actions_with_chords", "address_of", "forget", "on_page", "provider", "register_action", "search",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Action:
    """Something that can be done from anywhere; ``words`` are further words it is found by."""

    key: str
    label: Text
    url_name: str
    icon: str = "bolt"
    rule: str = ""
    chord: str = ""
    method: str = "get"
    words: Text = ""


Provider = Callable[[User, str, int], Iterable[Entry]]
HereProvider = Callable[[User, str], Iterable[Entry]]
_actions: dict[str, Action] = {}
_providers: list[Provider] = []
_here: list[HereProvider] = []


def register_action(action: Action) -> Action:
    """Make an action known; its key must be new."""
    if action.key in _actions:
        raise ValueError(f"palette action {action.key!r} is registered twice")
    _actions[action.key] = action
    return action


def forget(key: str) -> None:
    """Take an action away (tests)."""
    _actions.pop(key, None)


def provider(find: Provider) -> Provider:
    """Decorator: let ``find(user, text, limit)`` answer what the user types."""
    _providers.append(find)
    return find


def on_page(find: HereProvider) -> HereProvider:
    """Decorator: let ``find(user, path)`` offer what can be done on the page at ``path``; the words typed narrow it."""
    _here.append(find)
    return find


def search(user: User, text: str, here: str = "") -> list[Entry]:
    """What this page (``here``) offers, places and actions whose words hold every typed word, then records."""
    words = fold(text).split()
    offered = [entry for find in _here for entry in find(user, here)]
    found = [entry for entry in offered if all(word in fold(str(entry.label)) for word in words)]
    found += [entry for entry, haystack in _fixed(user) if all(word in haystack for word in words)]
    if words:
        found.extend(_records(user, text.strip()))
    return found


def _fixed(user: User) -> Iterator[tuple[Entry, str]]:
    for place in places.visible_to(user):
        if url := place.url():
            yield (
                Entry(place.label, url, place.icon, group=_("Go to"), chord=place.chord),
                fold(f"{place.label} {place.key}"),
            )
    for action in _actions.values():
        if can(user, action.rule) and (url := _reverse(action.url_name)):
            entry = Entry(
                action.label,
                url,
                action.icon,
                group=pgettext("palette", "Do"),
                chord=action.chord,
                method=action.method,
            )
            yield entry, fold(f"{action.label} {action.words} {action.key}")


def actions() -> list[Action]:
    """Every registered action."""
    return list(_actions.values())


def address_of(action: Action) -> str:
    """Where the action is done; empty while its page does not exist."""
    return _reverse(action.url_name)


def actions_with_chords(user: User) -> list[tuple[Action, str]]:
    """The actions that have a chord, with their addresses."""
    return [
        (one, url) for one in _actions.values() if one.chord and can(user, one.rule) and (url := _reverse(one.url_name))
    ]


def _reverse(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def _records(user: User, text: str) -> Iterator[Entry]:
    groups = finding.groups(user, text, limit=RECORDS_PER_KIND)
    for group in groups:
        for entry in group.entries:
            yield replace(entry, group=group.kind.label)
    for find in _providers:
        yield from find(user, text, RECORDS_PER_KIND)
    if groups:
        url = f"{reverse('web:search')}?{urlencode({'q': text})}"
        yield Entry(_("Search everything"), url, "search", text, pgettext("palette", "More"))
