"""Canned answers: writing, changing and removing them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from regulars.channels.inbox.canned import FIELDS, fields_in
from regulars.channels.inbox.models import CannedAnswer
from regulars.kit import clock
from regulars.kit.errors import UserError
from regulars.kit.text import clean

if TYPE_CHECKING:
    from regulars.staff.models import User


def keep_answer(
    *, name: str, text_en: str, text_zh: str, by: User | None, answer: CannedAnswer | None = None
) -> CannedAnswer:
    """Write a canned answer, or change one.

    Raises:
        UserError: it has no name or no words, a field in braces does not exist, or another is called so.
    """
    held = answer or CannedAnswer()
    held.name, held.text_en, held.text_zh = clean(name)[:80], text_en.strip(), text_zh.strip()
    held.changed_by, held.changed_at = by, clock.now()
    if not held.name:
        raise UserError(_("Please give it a name."))
    if not held.text_en and not held.text_zh:
        raise UserError(_("Please write it in one language at least."))
    if unknown := (fields_in(held.text_en) | fields_in(held.text_zh)) - set(FIELDS):
        raise UserError(_("There is no field “%(name)s”.") % {"name": min(unknown)})
    try:
        with transaction.atomic():
            held.save()
    except IntegrityError as error:
        raise UserError(_("Another answer is called “%(name)s”.") % {"name": held.name}) from error
    return held


@transaction.atomic
def remove_answer(*, answer: CannedAnswer, by: User | None) -> None:
    """Take it out of the list; ``bring_back`` undoes it."""
    CannedAnswer.objects.filter(pk=answer.pk, removed_at=None).update(removed_at=clock.now(), changed_by=by)


def bring_back(*, answer: CannedAnswer, by: User | None) -> None:
    """Put a removed answer into the list again.

    Raises:
        UserError: another is called so now.
    """
    try:
        with transaction.atomic():
            CannedAnswer.objects.filter(pk=answer.pk).update(removed_at=None, changed_by=by)
    except IntegrityError as error:
        raise UserError(_("Another answer is called “%(name)s”.") % {"name": answer.name}) from error
