"""The lists of users and of the audit log."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from regulars.staff import actions, audit
from regulars.staff.models import AuditEntry, LinkPurpose, Role, SignInMethod, Team, User
from regulars.staff.queries import users_with_access
from regulars.staff.words import CAPABILITY_WORDS, REACH_WORDS
from regulars.web import places, undo
from regulars.web.access import User as AnyUser
from regulars.web.places import Place
from regulars.web.resources import (
    Badge,
    Choice,
    Column,
    Empty,
    Filter,
    Link,
    Preset,
    Resource,
    Rows,
    Text,
    each_of,
    register,
)

places.register(
    Place(
        "roles", _("Roles and teams"), icon="grip", url_name="staff:roles", order=85, rule="staff.manage", phone=False
    )
)

places.register(
    Place(
        "company-settings", _("Company settings"), icon="building", url_name="staff:company", order=90,
        rule="settings.manage", phone=False,
    )
)  # fmt: skip


def _users(_user: AnyUser) -> Rows:
    return users_with_access()


def _find_users(rows: Rows, typed: str) -> Rows:
    for word in typed.split()[:6]:
        rows = rows.filter(Q(name__icontains=word) | Q(username__icontains=word) | Q(email__icontains=word))
    return rows


def _state(user: Any) -> Badge:
    if not user.is_active:
        return Badge(gettext("Closed"), "neutral", "ban")
    if user.locked:
        return Badge(gettext("Locked out"), "stake", "lock")
    if user.last_login is None:
        return Badge(gettext("Never signed in"), "warn")
    return Badge(gettext("Active"), "good")


def _teams(_user: AnyUser) -> list[Choice]:
    return [Choice(str(pk), name) for pk, name in Team.objects.values_list("pk", "name")]


USERS = register(
    Resource(
        key="users",
        label=_("Users"),
        one=pgettext_lazy("count", "user"),
        many=pgettext_lazy("count", "users"),
        icon="people",
        path="users/",
        rule="staff.manage",
        order=84,
        chord="g u",
        queryset=_users,
        columns=(
            Column("name", pgettext_lazy("person", "Name"), sort="name", phone="primary", width="l"),
            Column("username", _("Sign-in name"), sort="username"),
            Column("role", _("Role"), "get_role_display", sort="role", phone="secondary"),
            Column("team", _("Team"), "team", "person", sort="team__name"),
            Column("territory", _("Territory"), "territory", "person", sort="territory__path"),
            Column("state", _("State"), _state, "badge", sort="is_active", phone="amount"),
            Column("factor", _("Second factor"), "has_factor", "flag"),
            Column("seen", _("Last sign-in"), "last_login", "ago", sort="last_login"),
            Column("email", _("E-mail"), sort="email", default=False),
            Column("created", _("Since"), "created_at", "date", sort="created_at", default=False),
        ),
        filters=(
            Filter("role", _("Role"), "multi", field="role", choices=each_of(Role)),
            Filter("team", _("Team"), "multi", field="team", choices=_teams),
            Filter("active", _("Active"), "flag", field="is_active", quick=True),
            Filter("factor", _("Second factor"), "flag", field="has_factor"),
        ),
        default_sort="name",
        search=_find_users,
        full_url=lambda user: reverse("staff:user", args=[user.pk]),
        export_rule="staff.manage",
        create_url=lambda: reverse("staff:invite"),
        create_label=_("Invite"),
        create_rule="staff.manage",
        in_palette=False,
        presets=(Preset("active", _("Active"), "active=1"), Preset("closed", _("Closed"), "active=0")),
    )
)  # fmt: skip


def _object(entry: AuditEntry) -> Link | None:
    own = entry.actor_name if entry.object_id == entry.actor_id else ""
    name = str(entry.detail.get("user") or own)
    if entry.object_type == "user" and entry.object_id:
        return Link(name or f"{gettext('User')} {entry.object_id}", reverse("staff:user", args=[entry.object_id]))
    if entry.object_type == "party" and entry.object_id:
        return Link(f"{gettext('Customer')} {entry.object_id}", f"/customers/{entry.object_id}/")
    return None


_QUIET = frozenset({"user"})
_SETS = frozenset({"given", "withheld"})
_KEYS: dict[str, Text] = {
    "method": _("how"), "role": _("role"), "rows": _("rows"), "count": pgettext_lazy("count", "number"), "kind": _("kind"), "format": _("format"),
    "reach": _("sees"), "stages": _("stages"), "days": _("days"), "act": _("act"), "restored": _("restored"),
    "sessions_ended": _("sessions ended"), "left": _("left"), "factor": _("by"), "purpose": _("purpose"), "name": _("name"),
    "team": _("team"), "territory": _("territory"), "email": _("e-mail"), "active": _("active"), "dropped": _("removed"),
    "given": _("allowed now"), "withheld": _("no longer allowed"),
}  # fmt: skip
_VALUES: dict[str, dict[str, Text]] = {
    "method": dict(SignInMethod.choices), "role": dict(Role.choices), "purpose": dict(LinkPurpose.choices),
    "given": CAPABILITY_WORDS, "withheld": CAPABILITY_WORDS, "reach": {str(key): words for key, words in REACH_WORDS.items()},
}  # fmt: skip


def _detail(entry: AuditEntry) -> str:
    told = [
        f"{_KEYS.get(key, key)}: {_value(key, value)}"
        for key, value in entry.detail.items()
        if key not in _QUIET and value not in ("", None, [])
    ]
    return " · ".join(told)


def _value(key: str, value: Any) -> str:
    words = _VALUES.get(key, {})
    if isinstance(value, list):
        said = [str(words.get(one, one) or "–") for one in value]
        return " → ".join(said) if len(said) == 2 and key not in _SETS else ", ".join(said)
    if isinstance(value, bool):
        return gettext("Yes") if value else gettext("No")
    return str(words.get(value, value))


def _actions(_user: AnyUser) -> list[Choice]:
    return [Choice(key, label) for key, label in audit.known()]


def _actors(_user: AnyUser) -> list[Choice]:
    return [Choice(str(user.pk), user.name) for user in User.objects.all()]


def _find_entries(rows: Rows, typed: str) -> Rows:
    for word in typed.split()[:6]:
        matching = [key for key, label in audit.known() if word.casefold() in str(label).casefold()]
        rows = rows.filter(
            Q(actor_name__icontains=word)
            | Q(action__icontains=word)
            | Q(action__in=matching)
            | Q(address__startswith=word)
        )
    return rows


AUDIT = register(
    Resource(
        key="audit",
        label=_("Audit log"),
        one=pgettext_lazy("count", "entry"),
        many=pgettext_lazy("count", "entries"),
        icon="shield",
        path="audit/",
        rule="audit.view",
        order=88,
        queryset=lambda _user: AuditEntry.objects.select_related("actor"),
        columns=(
            Column("when", _("When"), "at", "datetime", sort="at", phone="amount"),
            Column("who", _("Who"), lambda entry: entry.actor_name or gettext("The system"), sort="actor_name", phone="secondary"),
            Column("what", pgettext_lazy("audit", "What"), lambda entry: audit.said(entry.action), sort="action", phone="primary", width="l"),
            Column("object", _("Concerning"), _object, "link"),
            Column("detail", _("Details"), _detail, width="xl"),
            Column("from", pgettext_lazy("network address", "From"), "address", sort="address"),
            Column("token", _("API token"), "by_token", default=False),
            Column("key", _("Key"), "action", default=False),
        ),
        filters=(
            Filter("what", pgettext_lazy("audit", "What"), "multi", field="action", choices=_actions),
            Filter("who", _("Who"), "multi", field="actor", choices=_actors),
            Filter("when", _("When"), "date_range", field="at"),
            Filter("customer", _("Customer number"), "text", apply=lambda rows, value: rows.filter(
                object_type="party", object_id=int(value) if value.isdecimal() and len(value) < 19 else -1)),
        ),
        default_sort="-when",
        search=_find_entries,
        export_rule="audit.view",
        in_palette=False,
        empty=Empty(_("Nothing is recorded yet."), icon="shield"),
    )
)  # fmt: skip


@undo.handles("staff.reach")
def _reach_back(user: AnyUser, data: dict[str, Any]) -> Text:
    actions.set_reach(role=data["role"], reach=data["reach"], by=user)
    return gettext("The role sees as far as before.")


@undo.handles("staff.company")
def _name_back(user: AnyUser, data: dict[str, Any]) -> Text:
    actions.name_company(name=data["name"], by=user)
    if costs := data.get("costs"):
        actions.set_costs(**costs, by=user)
        return gettext("The settings are as they were before.")
    return gettext("The company has its name of before.")


@undo.handles("staff.rights")
def _rights_back(user: AnyUser, data: dict[str, Any]) -> Text:
    actions.set_rights(rights=data["rights"], by=user)
    return gettext("The rights are as they were before.")
