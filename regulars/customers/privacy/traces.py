"""What the record itself holds of a person."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import quote_plus

from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from regulars.customers.models import (
    Asset,
    Batch,
    Confirmation,
    Consent,
    ContactPoint,
    Contract,
    CustomerSummary,
    DuplicatePair,
    Erasing,
    Event,
    EventBody,
    Identifier,
    Merge,
    MergeMove,
    PartyRelation,
    PartyRole,
    Pressure,
    Revision,
    Snooze,
    Suppression,
    Task,
)
from regulars.customers.privacy.payloads import facts_of
from regulars.customers.privacy.registry import Trace, declare, sweep
from regulars.web.models import SavedView

_KEPT_OF_HISTORY: Final = frozenset({"owner", "team", "territory", "kind", "trashed_at", "merged_into", "stage", "preferred", "ended_at"})  # fmt: skip
_CODE: Final = "a code"
_FACT: Final = "a fact of trade"


def erased_name(pk: int) -> str:
    """What an erased person is called from then on."""
    return gettext("Erased person %(number)s") % {"number": pk}


def _wipe_events(party_ids: Sequence[int]) -> int:
    """Entries of the person, and what entries of others say of them; the facts of each stay."""
    touched = 0
    mine = Event._base_manager.filter(Q(customer__in=party_ids) | Q(party__in=party_ids))
    for pk, payload in list(mine.values_list("pk", "payload")):
        kept = facts_of(payload)
        if kept != payload:
            touched += Event._base_manager.filter(pk=pk).update(payload=kept)
    return touched + _wipe_mentions(party_ids)


def _wipe_mentions(party_ids: Sequence[int]) -> int:
    """The name in entries about relations with the person, on the timelines of the others."""
    ids, touched = set(party_ids), 0
    pairs = PartyRelation.objects.filter(Q(party__in=ids) | Q(other__in=ids)).values_list("party", "other")
    others = {pk for pair in pairs for pk in pair} - ids
    told = Event._base_manager.filter(
        customer__in=others, kind__in=("customers.relation_added", "customers.relation_ended")
    )
    naming = [(pk, payload) for pk, payload in told.values_list("pk", "payload") if payload.get("other") in ids]
    opened = others - set(Erasing.objects.filter(pk__in=others).values_list("pk", flat=True))
    Erasing.objects.bulk_create(Erasing(party_id=pk) for pk in opened)
    for pk, payload in naming:
        anonymous = {**payload, "name": erased_name(payload["other"]), "title": ""}
        touched += Event._base_manager.filter(pk=pk).update(payload=anonymous)
    Erasing.objects.filter(pk__in=opened).delete()
    return touched


def _wipe_relations(party_ids: Sequence[int]) -> int:
    """Relations stay (whether somebody is courted depends on them), positions go; of equal ones one stays."""
    rows = PartyRelation.objects.filter(Q(party__in=party_ids) | Q(other__in=party_ids)).exclude(title="")
    touched = 0
    for one in rows.order_by("pk"):
        twin = PartyRelation.objects.filter(
            party=one.party_id, other=one.other_id, kind=one.kind, title="", valid_to=None
        )
        if one.valid_to is None and twin.exists():
            one.delete()
        else:
            PartyRelation.objects.filter(pk=one.pk).update(title="")
        touched += 1
    return touched


def _wipe_history(party_ids: Sequence[int]) -> int:
    """That a field was changed, when and by whom stays; what it was and became goes, unless it says nothing of the person."""
    relations = PartyRelation.objects.filter(Q(party__in=party_ids) | Q(other__in=party_ids)).values_list(
        "pk", flat=True
    )
    rows = Revision.objects.filter(
        Q(party_id__in=party_ids) | Q(table=PartyRelation._meta.label_lower, object_id__in=list(relations))
    )
    touched = 0
    for one in list(rows):
        one.before, one.after = _kept(one.before), _kept(one.after)
        one.save(update_fields=["before", "after"])
        touched += 1
    return touched


def _kept(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name in _KEPT_OF_HISTORY}


def _wipe_merges(party_ids: Sequence[int]) -> int:
    """What merges moved and changed; without it they cannot be undone, which an erased record must not be anyway."""
    merges = Merge.objects.filter(Q(winner__in=party_ids) | Q(loser__in=party_ids))
    batches = list(merges.values_list("batch_id", flat=True))
    Batch.objects.filter(pk__in=[pk for pk in batches if pk]).update(title="")
    moved = MergeMove.objects.filter(merge__in=merges).delete()[0]
    return moved + merges.update(before={}, after={}, evidence=[])


def _wipe_tasks(party_ids: Sequence[int]) -> int:
    return Task.objects.filter(party__in=party_ids).update(title=gettext("Erased"), outcome="")


declare(
    Trace(EventBody, "event__customer|event__party", delete=True, label=_("Texts"), keeps={"subject": "", "text": ""}),
    Trace(
        Event, "customer|party", wipe=_wipe_events, label=_("Timeline"), clear={"payload": {}},
        keeps=dict.fromkeys(("kind", "channel", "department", "object_type", "currency", "source", "source_key"), _CODE),
    ),
    Trace(Confirmation, "party", delete=True, label=_("Confirmations asked for")),
    Trace(
        Suppression, "party", clear={"party": None, "source": ""}, label=_("Suppressed addresses"),
        keeps={"channel": _CODE, "digest": "only the installation knows it again", "scope": _CODE, "reason": _CODE},
    ),
    Trace(Pressure, "party", label=_("Messages by day"), keeps={"channel": _CODE}),
    Trace(ContactPoint, "party", delete=True, label=_("Ways to reach them")),
    Trace(Identifier, "party", delete=True, label=_("Numbers in other systems")),
    Trace(
        Consent, "party", clear={"evidence": "", "source": ""}, label=_("Consent"),
        keeps=dict.fromkeys(("channel", "purpose", "state"), _CODE),
    ),
    Trace(
        Task, "party", wipe=_wipe_tasks, clear={"title": "", "outcome": ""}, label=_("Tasks"),
        keeps=dict.fromkeys(("kind", "source", "source_key"), _CODE),
    ),
    Trace(Snooze, "party", clear={"reason": ""}, label=_("Put off")),
    Trace(Asset, "party", clear={"serial": "", "note": ""}, label=_("Assets"), keeps={"name": "the goods"}),
    Trace(
        Contract, "party", clear={"title": "", "terms": "", "coverage": "", "ended_reason": ""}, label=_("Contracts"),
        keeps={"kind": _CODE, "number": _FACT, "currency": _CODE},
    ),
    Trace(PartyRole, "party", label=_("Roles"), keeps={"role": _CODE}),
    Trace(Revision, "party_id", wipe=_wipe_history, clear={"before": {}, "after": {}}, label=_("Changes"),
          keeps={"table": _CODE, "request_id": _CODE}),
    Trace(PartyRelation, "party|other", wipe=_wipe_relations, clear={"title": ""}, label=_("Relations"), keeps={"kind": _CODE}),
    Trace(DuplicatePair, "left|right", delete=True, label=_("Possible duplicates"), tell=False),
    Trace(Merge, "winner|loser", wipe=_wipe_merges, clear={"before": {}, "after": {}, "evidence": []}, label=_("Merges"),
          keeps={"counts": "numbers"}),
    Trace(
        CustomerSummary, "party", label=_("Figures"),
        keeps=dict.fromkeys(("currency", "last_contact_channel", "value_class", "value_reasons", "stage", "stage_reasons", "previous_stage", "risk_reasons", "next_action", "next_action_reasons"), "worked out from facts"),
    ),
)  # fmt: skip

PERSONAL: Final = (
    "family_name", "given_name", "other_name", "salutation", "preferred_channel", "preferred_time", "address", "postcode",
    "about", "language", "source",
)  # fmt: skip
"""Columns of a party that are emptied; name, fold, birthday and the company's own fields are settled by the action."""
KEPT: Final = {
    "kind": _CODE, "city": "counts by city stay true", "region": "coarse", "country": "coarse", "industry": "coarse",
}  # fmt: skip


@sweep
def saved_views(_party_ids: Sequence[int], words: Sequence[str]) -> int:
    """Views that somebody kept of a search for the person."""
    asked = Q()
    for word in words:
        asked |= Q(name__icontains=word) | Q(query__icontains=quote_plus(word)) | Q(query__icontains=word)
    return SavedView.objects.filter(asked).delete()[0] if words else 0
