"""``Idempotency-Key``: a POST that is sent twice is done once and answered twice with the same words.

The claim on the key is committed first, so that a second request meanwhile is told 409; the effect and the kept answer
are one transaction, so that a process that dies in between leaves neither, and the key may be used again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from regulars.integrations.api.models import KeptAnswer
from regulars.integrations.api.problems import Problem
from regulars.kit import clock

if TYPE_CHECKING:
    from regulars.integrations.api.identity import ApiRequest

HEADER: Final = "Idempotency-Key"
REPLAYED: Final = "Idempotency-Replayed"
LONGEST: Final = 255
ABANDONED_AFTER: Final = timedelta(seconds=90)
_KEPT_HEADERS: Final = ("Content-Type", "Location", "ETag")


def once(request: ApiRequest, key: str, work: Callable[[], HttpResponseBase]) -> HttpResponseBase:
    """Do ``work`` unless this token's ``key`` was answered before.

    Raises:
        Problem: 409 while the first request is under way, 422 when the key was used for another request.
    """
    if not (key.isascii() and key.isprintable() and 1 <= len(key) <= LONGEST):
        raise Problem(422, _("An Idempotency-Key is 1 to 255 printable characters."))
    claim, made = _claim(request, key)
    if not made:
        return _replay(claim)
    answer: HttpResponseBase | None = None
    try:
        with transaction.atomic():
            answer = work()
            if answer.status_code >= 400:
                transaction.set_rollback(True)
            else:
                _keep(claim, answer)
    finally:
        if answer is None or answer.status_code >= 500:
            KeptAnswer.objects.filter(pk=claim.pk, status=None).delete()
    if answer.status_code >= 400:
        _keep(claim, answer)
    return answer


def _claim(request: ApiRequest, key: str) -> tuple[KeptAnswer, bool]:
    digest, now = _digest(request), clock.now()
    try:
        with transaction.atomic():
            return KeptAnswer.objects.create(token=request.token, key=key, request=digest, claimed_at=now), True
    except IntegrityError:
        kept = KeptAnswer.objects.filter(token=request.token, key=key).first()
    if kept is None or kept.request != digest:
        raise Problem(422, _("This Idempotency-Key was used for another request."))
    if kept.status is None:
        lost = KeptAnswer.objects.filter(pk=kept.pk, status=None, claimed_at__lt=now - ABANDONED_AFTER)
        if lost.update(claimed_at=now):
            kept.claimed_at = now
            return kept, True
        raise Problem(409, _("The first request with this Idempotency-Key is under way."), headers={"Retry-After": "1"})
    return kept, False


def _digest(request: ApiRequest) -> str:
    found = hashlib.sha256(f"{request.method} {request.get_full_path()}\0".encode())
    stream: Any = request._stream  # noqa: SLF001 -- the door put a file there that may be read twice
    while block := stream.read(1 << 20):
        found.update(block)
    stream.seek(0)
    return found.hexdigest()


def _keep(claim: KeptAnswer, answer: HttpResponseBase) -> None:
    if answer.status_code >= 500 or not isinstance(answer, HttpResponse):
        return
    headers = {name: answer.headers[name] for name in _KEPT_HEADERS if name in answer.headers}
    mine = KeptAnswer.objects.filter(pk=claim.pk, status=None, claimed_at=claim.claimed_at)
    if not mine.update(status=answer.status_code, headers=headers, body=answer.content.decode()):
        raise Problem(409, _("Another request with this Idempotency-Key was faster."))


def _replay(kept: KeptAnswer) -> HttpResponse:
    headers = {**kept.headers, REPLAYED: "true"}
    return HttpResponse(kept.body, status=kept.status or 200, headers=headers)
