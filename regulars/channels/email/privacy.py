"""What mail that came holds of a person: the mail itself and from whom, which go; that something came stays."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, Final

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from regulars.channels.email import store
from regulars.channels.email.models import Mail
from regulars.customers.privacy.registry import Trace, declare, sweep

_WORDS: Final[dict[str, Any]] = dict.fromkeys(
    ("from_address", "from_name", "subject", "rfc_id", "file", "about", "ref"), ""
)
_CODE: Final = "a code of our own"


def _forget(rows: QuerySet[Mail]) -> int:
    """Clear what the rows say and remove the mails themselves, once it is certain."""
    for path in rows.exclude(file="").values_list("file", flat=True):
        transaction.on_commit(partial(store.remove, path))
    return rows.update(**_WORDS)


def _wipe_mails(party_ids: Sequence[int]) -> int:
    return _forget(Mail.objects.filter(party__in=party_ids))


@sweep
def mails_of_addresses(_party_ids: Sequence[int], words: Sequence[str]) -> int:
    """Mail that was never brought to the customer, by the addresses of the person."""
    addresses = [one.lower() for one in words if "@" in one]
    by_address = Mail.objects.filter(from_address__in=addresses) | Mail.objects.filter(about__in=addresses)
    return _forget(by_address) if addresses else 0


declare(
    Trace(
        Mail, "party", wipe=_wipe_mails, clear=_WORDS, label=_("Mails received"),
        keeps=dict.fromkeys(("key", "source", "kind", "reason", "fate", "status"), _CODE),
    )
)  # fmt: skip
