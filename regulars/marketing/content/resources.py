"""Contents in lists, menus and the palette."""

from __future__ import annotations

from typing import Any

from django.db.models import Max
from django.urls import reverse
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from regulars.marketing.content import actions, queries
from regulars.marketing.content.models import Content
from regulars.staff import audit
from regulars.web import assets, palette, places, undo
from regulars.web.palette import Action
from regulars.web.places import Place
from regulars.web.resources import Badge, Column, Empty, Resource, register, search_in


def _edition(content: Any) -> Badge:
    number = content.edition
    return Badge(gettext("Edition %(number)d") % {"number": number}, "good") if number else Badge(gettext("Draft"))


def _languages(content: Any) -> str:
    names = {"en": "English", "zh-hant": "繁體中文"}
    return ", ".join(names[code] for code in queries.LANGUAGES if content.said(code)["mjml"].strip())


undo.returns("contents.removed", Content, "content", actions.bring_back)


CONTENTS = register(
    Resource(
        key="contents",
        label=pgettext_lazy("marketing", "Contents"),
        one=pgettext_lazy("count", "content"),
        many=pgettext_lazy("count", "contents"),
        icon="file",
        path="contents/",
        rule="contents.view",
        order=42,
        queryset=lambda user: (
            queries.contents_for(user).select_related("owner").annotate(edition=Max("editions__number"))
        ),
        columns=(
            Column("name", _("Name"), "name", sort="name", phone="primary", width="xl"),
            Column("edition", _("Edition"), _edition, "badge", sort="edition", phone="amount"),
            Column("languages", pgettext_lazy("contents", "Languages"), _languages, phone="secondary"),
            Column("owner", _("Owner"), "owner", "person", sort="owner__name"),
            Column("changed", _("Changed"), "changed_at", "ago", sort="changed_at"),
        ),
        default_sort="-changed",
        search=search_in("name"),
        full_url=lambda content: content.get_absolute_url(),
        create_url=lambda: reverse("content:new"),
        create_label=_("New content"),
        create_rule="contents.edit",
        empty=Empty(
            _("A content is what a campaign says, in both languages, with personal words for each recipient."),
            _("New content"),
            lambda: reverse("content:new"),
            "file",
            "contents.edit",
        ),
    )
)
assets.register(style="content/content.css")
places.register(
    Place(
        "imprint", _("Under every mail"), icon="building", url_name="content:imprint", order=89, rule="settings.manage", phone=False
    )
)  # fmt: skip
palette.register_action(
    Action(
        "contents.new",
        _("New content"),
        "content:new",
        icon="file",
        rule="contents.edit",
        words=_("e-mail newsletter design template write mail"),
    )
)
audit.name(
    contents__made=_("Content made"),
    contents__published=_("Content published"),
    contents__removed=_("Content removed"),
    contents__brought_back=_("Content brought back"),
    contents__imprint_set=_("What stands under every mail set"),
)
