"""Every keyboard shortcut, once: the script obeys this list, the ``?`` sheet and the hints beside buttons print it.

    keys.register(Shortcut("n", _("Write a note"), "note", group=_("Customer")))

``command`` is either the name of a command a script registers (``Regulars.command("note", …)``), or
``click:SELECTOR``, which clicks the first visible match. A button drawn with ``{% button … key="n" %}`` needs neither:
it obeys its key while it is visible, and the sheet lists it under "On this page".
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from regulars.web.resources import Text


@dataclass(frozen=True, slots=True)
class Shortcut:
    """``keys``: ``"j"``, ``"g c"`` (one after the other), ``"mod+k"`` (⌘ or Ctrl), ``"shift+x"``."""

    keys: str
    label: Text
    command: str
    group: Text = ""


EVERYWHERE = _("Everywhere")
IN_LISTS = _("In lists")
IN_SLIDE_OVER = _("In the slide-over")
GO_TO = _("Go to")

_registered: list[Shortcut] = [
    Shortcut("mod+k", _("Search or do anything"), "palette", EVERYWHERE),
    Shortcut("/", _("Search"), "palette", EVERYWHERE),
    Shortcut("?", _("Show the shortcuts"), "help", EVERYWHERE),
    Shortcut("[", _("Fold or unfold the rail"), "rail", EVERYWHERE),
    Shortcut("mod+z", _("Undo what was just done"), "undo", EVERYWHERE),
    Shortcut("escape", _("Close what is open"), "close", EVERYWHERE),
    Shortcut("j", _("Next row"), "list.next", IN_LISTS),
    Shortcut("k", _("Previous row"), "list.previous", IN_LISTS),
    Shortcut("enter", _("Open the row"), "list.open", IN_LISTS),
    Shortcut("x", _("Select the row"), "list.select", IN_LISTS),
    Shortcut("shift+x", _("Select up to here"), "list.extend", IN_LISTS),
    Shortcut("e", _("Edit the cell"), "list.edit", IN_LISTS),
    Shortcut("f", _("Filter"), "list.filter", IN_LISTS),
    Shortcut("j", _("Next record"), "list.next", IN_SLIDE_OVER),
    Shortcut("k", _("Previous record"), "list.previous", IN_SLIDE_OVER),
    Shortcut("mod+enter", _("Open the full page"), "panel.full", IN_SLIDE_OVER),
]


def register(*shortcuts: Shortcut) -> None:
    """Add shortcuts; the same keys may mean something else in another group, never twice in one.

    Raises:
        ValueError: two meanings in one group.
    """
    for new in shortcuts:
        if any(old.keys == new.keys and str(old.group) == str(new.group) for old in _registered):
            raise ValueError(f"the keys {new.keys!r} mean two things in {new.group!s}")
        _registered.append(new)


def all() -> list[Shortcut]:  # noqa: A001 -- read as keys.all()
    """Every registered shortcut."""
    return list(_registered)


_MARKS = {
    "mod": "Ctrl", "shift": "⇧", "enter": "↵", "escape": "Esc", "up": "↑", "down": "↓", "left": "←", "right": "→", "space": "Space",
}  # fmt: skip


def caps(keys: str) -> list[list[str]]:
    """What is printed on the keycaps: one list per key press, ``"mod+k"`` → ``[["Ctrl", "K"]]`` (a script writes ⌘ on a Mac)."""
    return [[_MARKS.get(part, part.upper()) for part in press.split("+")] for press in keys.split(" ")]
