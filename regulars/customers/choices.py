"""What may be chosen in filters and forms of customers."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib.auth import get_user_model
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from regulars.customers.models import Channel, Kind, Party, Stage, TaskKind, ValueClass
from regulars.staff.models import Team, Territory
from regulars.staff.rules import Reach, reach
from regulars.web.access import User
from regulars.web.listing.walking import values_of
from regulars.web.resources import Choice, each_of

MARKETING_CHANNELS = (Channel.EMAIL, Channel.PHONE, Channel.SMS, Channel.LINE, Channel.POST)
MOST_PLACES = 300
MOST_SEEN = 2_000
LANGUAGES = {
    "zh-hant": _("Chinese"), "en": _("English"), "ja": _("Japanese"), "ko": _("Korean"), "nan": _("Taiwanese"),
    "hak": _("Hakka"), "vi": _("Vietnamese"), "id": _("Indonesian"), "th": _("Thai"),
}  # fmt: skip

kinds = each_of(Kind)
task_kinds = each_of(TaskKind)
channels = each_of(MARKETING_CHANNELS)  # those for which consent is asked
all_channels = each_of(Channel)


def stages(user: User) -> Sequence[Choice]:
    """The eight stages, in their order, and standing in none."""
    return [*(Choice(stage.value, stage.label) for stage in Stage), Choice("none", _("In no stage"))]


def moves(user: User) -> Sequence[Choice]:
    """From which stage to which; ``any`` on either side."""
    named = {stage.value: str(stage.label) for stage in Stage}
    into = [Choice(f"any-{key}", _("into %(stage)s") % {"stage": label}) for key, label in named.items()]
    out = [Choice(f"{key}-any", _("out of %(stage)s") % {"stage": label}) for key, label in named.items()]
    pairs = [Choice(f"{a}-{b}", f"{one} → {two}") for a, one in named.items() for b, two in named.items() if a != b]
    return into + out + pairs


def classes(user: User) -> Sequence[Choice]:
    """The classes of value, and having none."""
    return [*(Choice(one.value, one.label) for one in ValueClass), Choice("none", _("None yet"))]


def owners(user: User) -> Sequence[Choice]:
    """Everybody who can own a customer."""
    return [Choice(str(pk), name) for pk, name in _active_users()]


def people(user: User) -> Sequence[Choice]:
    """Me, nobody, and everybody who can own a customer."""
    return [Choice("me", _("Me")), Choice("none", _("Nobody")), *owners(user)]


def _active_users() -> list[tuple[int, str]]:
    return list(get_user_model().objects.filter(is_active=True).order_by("name").values_list("pk", "name"))


def teams(user: User) -> Sequence[Choice]:
    """The teams."""
    return [Choice(str(pk), name) for pk, name in Team.objects.values_list("pk", "name")]


def territories(user: User) -> Sequence[Choice]:
    """The territories, from the top down, indented by depth."""
    rows = Territory.objects.values_list("pk", "name", "path")
    return [Choice(str(pk), f"{'　' * max(path.count('/') - 2, 0)}{name}") for pk, name, path in rows]


def cities(user: User) -> Sequence[Choice]:
    """The cities of the customers whom ``user`` sees."""
    return [Choice(city, city) for city in _values(user, "city")]


def sources(user: User) -> Sequence[Choice]:
    """Where the customers whom ``user`` sees came from."""
    return [Choice(one, one) for one in _values(user, "source")]


def _values(user: User, column: str) -> list[str]:
    """The different values of a column; for whoever sees some customers only, those of ``MOST_SEEN`` of them."""
    if reach(user) is Reach.ALL:
        return values_of(Party.objects.live(), column, MOST_PLACES)
    seen = Party.objects.visible_to(user, gathered=True).live().order_by().values_list(column, flat=True)
    return sorted(set(seen[:MOST_SEEN]) - {""})[:MOST_PLACES]


def channel_name(key: str) -> str:
    """The channel in the reader's language; empty for none."""
    return str(dict(Channel.choices).get(key, key))


_PURPOSES = {"marketing": pgettext_lazy("consent", "Marketing"), "all": pgettext_lazy("consent", "Everything")}


def purpose_name(key: str) -> str:
    """What a consent is for, in the reader's language; other systems may name purposes of their own."""
    return str(_PURPOSES.get(key, key))


def languages(user: User) -> Sequence[Choice]:
    """The languages that customers are spoken with in."""
    return [Choice(key, label) for key, label in LANGUAGES.items()]


def language_name(key: str) -> str:
    """The language in the reader's language; the key itself for another."""
    return str(LANGUAGES.get(key, key))
