"""What customers own of ours: added, changed, taken out of use."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from regulars.customers import timeline
from regulars.customers.actions.acts import new_act
from regulars.customers.actions.agreements import assign, change, check, keep, read_rows
from regulars.customers.actions.revisions import attname_of, revise
from regulars.customers.models import Asset, Batch, Party
from regulars.kit import clock, text
from regulars.kit.errors import UserError

if TYPE_CHECKING:
    from regulars.staff.models import User

ASSET_FIELDS: Final = frozenset({"product", "name", "serial", "installed_on", "warranty_until", "retired_on", "note"})
_WATCHED: Final = frozenset({"warranty_until"})


@transaction.atomic
def add_asset(*, party: Party, name: str, by: User | None, batch: Batch | None = None, **facts: Any) -> Asset:
    """Write down something ``party`` owns.

    Args:
        facts: any of ``ASSET_FIELDS``.

    Raises:
        UserError: it has no name, a field is unknown, or its dates are in the wrong order.
    """
    asset = Asset(party=party, batch_id=batch.pk if batch else None)
    assign(asset, {"name": name, **facts}, ASSET_FIELDS)
    check_asset(asset)
    asset.save(force_insert=True)
    after = {key: getattr(asset, attname_of(Asset, key)) for key in ("name", *facts)}
    revise(record=asset, before={}, after=after, by=by, party_id=party.pk, batch=batch)
    _tell(asset, "customers.asset_added", by, batch)
    return asset


@transaction.atomic
def add_assets(*, rows: Iterable[Mapping[str, Any]], by: User | None, batch: Batch | None = None) -> Batch:
    """Write down many assets at once, as one act; each row holds ``party`` and what ``add_asset`` takes.

    Cost: three statements per 500 assets. Rows that do not fit refuse all of them.

    Raises:
        UserError: a row does not fit; the sentence says which.
    """
    act = batch or new_act(by=by, title=_("Assets"))
    assets = read_rows(rows, lambda party: Asset(party=party, batch_id=act.pk), ASSET_FIELDS, check_asset)
    now = clock.now()
    write_assets(assets=[(asset, now) for asset in assets], by=by, batch=act)
    return act


@transaction.atomic
def write_assets(*, assets: Sequence[tuple[Asset, datetime]], by: User | None, batch: Batch) -> None:
    """Write assets that ``check_asset`` has seen, each with the moment at which it stands on the timeline.

    Cost: two statements per 500 assets.
    """
    made = [asset for asset, _moment in assets]
    for one in made:
        one.batch_id = batch.pk
    Asset.objects.bulk_create(made, batch_size=500)
    author = by.pk if by else None
    timeline.record_many(
        timeline.NewEvent(
            kind="customers.asset_added", customer_id=one.party_id, occurred_at=moment, actor_id=author, batch_id=batch.pk,
            object_type="asset", object_id=one.pk, payload=_payload(one),
        )
        for one, moment in assets
    )  # fmt: skip


@transaction.atomic
def change_asset(*, asset: Asset, changes: Mapping[str, Any], by: User | None, batch: Batch | None = None) -> Asset:
    """Change fields of an asset and keep what they were; a new end of the warranty is watched anew.

    Raises:
        UserError: a field is unknown or a value does not fit.
    """
    current = Asset.objects.select_for_update(of=("self",)).select_related("party").get(pk=asset.pk)
    keep(current, *change(current, changes, ASSET_FIELDS, _WATCHED, check_asset), by, batch)
    return current


@transaction.atomic
def retire_asset(
    *, asset: Asset, by: User | None, on: date | None = None, reason: str = "", batch: Batch | None = None
) -> Asset:
    """Say that an asset is out of use since a day (today by default).

    Raises:
        UserError: the day is before it was installed.
    """
    day = on or timezone.localdate(clock.now())
    retired = change_asset(asset=asset, changes={"retired_on": day}, by=by, batch=batch)
    _tell(retired, "customers.asset_retired", by, batch, reason=text.clean(reason)[:160])
    return retired


def check_asset(asset: Asset, *, at_hand: Collection[str] = ()) -> None:
    """Refuse an asset whose values do not fit each other; ``at_hand`` as in ``agreements.check``.

    Raises:
        UserError: it ends before it begins, or it has no name.
    """
    if not asset.name:
        raise UserError(_("Please give a name."))
    check(asset, at_hand=at_hand)
    begun = asset.installed_on
    if begun and asset.warranty_until and asset.warranty_until < begun:
        raise UserError(_("The warranty cannot end before it began."))
    if begun and asset.retired_on and asset.retired_on < begun:
        raise UserError(_("It cannot be out of use before it was in use."))


def _payload(asset: Asset, **more: Any) -> dict[str, Any]:
    until = asset.warranty_until.isoformat() if asset.warranty_until else None
    return {"name": asset.name, "serial": asset.serial, "warranty_until": until, **more}


def _tell(asset: Asset, kind: str, by: User | None, batch: Batch | None, **more: Any) -> None:
    timeline.record(
        kind=kind, customer=asset.party, by=by, object_type="asset", object_id=asset.pk,
        batch_id=batch.pk if batch else None, payload=_payload(asset, **more),
    )  # fmt: skip


def retire_assets(*, assets: Sequence[Asset], by: User | None, on: date | None = None, reason: str = "") -> Batch:
    """Say of several assets that they are out of use, as one act."""
    with transaction.atomic():
        act = new_act(by=by, title=_("Out of use"))
        for asset in assets:
            retire_asset(asset=asset, by=by, on=on, reason=reason, batch=act)
    return act
