"""The formats in the menus of the lists of customers, assets and contracts and of a selection, and who took what away."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from regulars.customers import resources as _customers  # noqa: F401 -- the list comes first
from regulars.integrations.exchange.formats import FORMATS, OF_THINGS
from regulars.staff import audit
from regulars.web.access import User
from regulars.web.listing import export
from regulars.web.resources import BulkAction, BulkResult, Rows, offer
from regulars.web.selection import packed


class FormatForm(forms.Form):
    """In which form they leave."""

    format = forms.ChoiceField(label=_("Format"), choices=lambda: [(one.key, one.label) for one in FORMATS.values()])


def _export(user: User, rows: Rows, data: Mapping[str, Any]) -> BulkResult:
    ids = list(rows.order_by().values_list("pk", flat=True))
    url = reverse("web:export-customers")
    return BulkResult("", url=f"{url}?format={data['format']}&ids={packed(ids)}")


def _write_down(request: HttpRequest, key: str, format_: str, rows: int) -> None:
    audit.record(f"{key}.exported", by=request.user, request=request, format=format_, rows=rows)  # type: ignore[arg-type]


for _list, _formats in {"customers": FORMATS, **OF_THINGS}.items():
    for _one in _formats.values():
        export.register(_list, export.Way(_one.key, _one.label, _one.suffix, _one.content_type, _one.chunks))
export.heard.append(_write_down)
offer(
    "customers", BulkAction("export", _("Export"), _export, rule="customers.export", icon="download", form=FormatForm)
)
