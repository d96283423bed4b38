"""Webhooks: subscribe, pause, look at what was sent, send it again."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from ninja import Query, Router, Schema, Status
from pydantic import Field, StringConstraints

from regulars.integrations.api import present
from regulars.integrations.api.identity import ApiRequest, require_scope
from regulars.integrations.api.operations import needs
from regulars.integrations.api.records import one_of
from regulars.integrations.api.schemas import Flag, Given, Named, Pk, Ref
from regulars.integrations.webhooks import actions
from regulars.integrations.webhooks.models import Delivery, Subscription
from regulars.integrations.webhooks.queries import deliveries_of, subscriptions_for

router = Router()
MANAGE = needs("webhooks:manage", "settings.manage")
Url = Annotated[str, StringConstraints(min_length=8, max_length=500)]
Pattern = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_.]*\*?$", min_length=1, max_length=48)]


class WebhookIn(Given):
    """Where to send what: kinds of timeline entry, `*` for a part."""

    url: Url
    kinds: Annotated[list[Pattern], Field(min_length=1, max_length=50)]
    details: Flag = Field(False, description="Subject, text and payload too; needs the scope `webhooks:details`.")


class WebhookPatch(Given):
    """Changes of a webhook."""

    url: Url | None = None
    kinds: Annotated[list[Pattern], Field(min_length=1, max_length=50)] | None = None
    details: Flag | None = None


class RangeIn(Given):
    """Deliveries from one number to another."""

    first: Ref
    last: Ref


class WebhookOut(Schema):
    """A webhook."""

    id: int
    url: str
    kinds: list[str]
    details: bool
    owner: Named
    paused_at: datetime | None
    paused_reason: str
    created_at: datetime


class WebhookMade(WebhookOut):
    """A new webhook with the secret that its messages are signed with, shown now."""

    secret: str


class DeliveryOut(Schema):
    """One message and what became of it."""

    id: int
    message_id: str
    kind: str
    state: str
    attempts: int
    status: int | None
    error: str
    answer: str
    body: str
    created_at: datetime
    tried_at: datetime | None
    due_at: datetime | None


class DeliveryPage(Schema):
    """The newest first."""

    items: list[DeliveryOut]
    next: str | None


class Replayed(Schema):
    """How many messages are sent again."""

    replayed: int


def _one(request: ApiRequest, pk: int) -> Subscription:
    found: Subscription = one_of(subscriptions_for(request.user), pk)
    return found


def _told(one: Subscription, **more: Any) -> dict[str, Any]:
    names = ("url", "kinds", "details", "paused_at", "paused_reason", "created_at")
    return {"id": one.pk, "owner": present.named(one.owner), **{n: getattr(one, n) for n in names}, **more}


@router.get("", response=list[WebhookOut], **MANAGE)
def list_webhooks(request: ApiRequest) -> Any:
    """All webhooks."""
    return [_told(one) for one in subscriptions_for(request.user)]


@router.post("", response={201: WebhookMade}, **MANAGE)
def add_webhook(request: ApiRequest, given: WebhookIn) -> Any:
    """Tell an address what happens to the customers whom the token's user sees; the secret is in the answer."""
    if given.details:
        require_scope(request.token, "webhooks:details")
    made = actions.subscribe(
        owner=request.user, url=given.url, kinds=given.kinds, details=given.details, by=request.user, request=request
    )
    return Status(201, _told(made, secret=made.secret))


@router.get("/{id}", response=WebhookOut, **MANAGE)
def get_webhook(request: ApiRequest, id: Pk) -> Any:  # noqa: A002 -- the name in the address
    """One webhook."""
    return _told(_one(request, id))


@router.patch("/{id}", response=WebhookOut, **MANAGE)
def change_webhook(request: ApiRequest, id: Pk, given: WebhookPatch) -> Any:  # noqa: A002
    """Change address, kinds or details."""
    if given.details:
        require_scope(request.token, "webhooks:details")
    changes = {name: value for name, value in given.model_dump(exclude_unset=True).items() if value is not None}
    return _told(actions.change_subscription(subscription=_one(request, id), by=request.user, **changes))


@router.delete("/{id}", response={204: None}, **MANAGE)
def remove_webhook(request: ApiRequest, id: Pk) -> Any:  # noqa: A002
    """End it."""
    actions.remove(subscription=_one(request, id), by=request.user)
    return Status(204, None)


@router.post("/{id}/pause", response=WebhookOut, **MANAGE)
def pause_webhook(request: ApiRequest, id: Pk) -> Any:  # noqa: A002
    """Tell it nothing until it is resumed."""
    subscription = _one(request, id)
    actions.pause(subscription=subscription, by=request.user)
    return _told(subscription)


@router.post("/{id}/resume", response=WebhookOut, **MANAGE)
def resume_webhook(request: ApiRequest, id: Pk) -> Any:  # noqa: A002
    """Go on; what was waiting is tried at once."""
    subscription = _one(request, id)
    actions.resume(subscription=subscription, by=request.user)
    return _told(subscription)


@router.post("/{id}/secret", response=WebhookMade, **MANAGE)
def change_secret(request: ApiRequest, id: Pk) -> Any:  # noqa: A002
    """Sign with another secret from now on; it is in the answer."""
    subscription = _one(request, id)
    return _told(subscription, secret=actions.new_secret_for(subscription=subscription, by=request.user))


@router.post("/{id}/ping", response={202: DeliveryOut}, **MANAGE)
def ping_webhook(request: ApiRequest, id: Pk) -> Any:  # noqa: A002
    """Send a message that means nothing, to see whether it arrives."""
    return Status(202, actions.ping(subscription=_one(request, id), by=request.user))


@router.get("/{id}/deliveries", response=DeliveryPage, **MANAGE)
def list_deliveries(
    request: ApiRequest,
    id: Pk,  # noqa: A002
    before: Annotated[int | None, Query(..., ge=1, le=2**63 - 1)] = None,
) -> Any:
    """What was sent, and what was answered."""
    found = deliveries_of(_one(request, id), before=before, size=51)
    link = f"{request.path}?before={found[49].pk}" if len(found) > 50 else None
    return {"items": found[:50], "next": link}


@router.post("/{id}/deliveries/{delivery}/replay", response=Replayed, **MANAGE)
def replay_delivery(request: ApiRequest, id: Pk, delivery: Pk) -> Any:  # noqa: A002
    """Send a message again, under the same id."""
    found: Delivery = one_of(Delivery.objects.filter(subscription=_one(request, id)), delivery)
    return {"replayed": actions.replay(deliveries=[found], by=request.user)}


@router.post("/{id}/replay", response=Replayed, **MANAGE)
def replay_deliveries(request: ApiRequest, id: Pk, given: RangeIn) -> Any:  # noqa: A002
    """Send a range again, ten thousand at most."""
    done = actions.replay_range(subscription=_one(request, id), first=given.first, last=given.last, by=request.user)
    return {"replayed": done}
