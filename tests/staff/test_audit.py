"""The audit log: written beside the act, refused to everybody who would change it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import RequestFactory

from regulars.staff import audit
from regulars.staff.models import AuditEntry

pytestmark = pytest.mark.django_db


def test_entry_says_who_what_and_from_where(make_user: Callable[..., Any]) -> None:
    owner = make_user()
    entry = audit.record("customers.exported", by=owner, request=RequestFactory().get("/"), rows=12)
    assert (entry.actor, entry.actor_name, entry.address) == (owner, owner.username, "127.0.0.1")
    assert entry.detail == {"rows": 12}


@pytest.mark.parametrize("statement", ["DELETE FROM staff_auditentry", "UPDATE staff_auditentry SET action = 'x'"])
def test_nobody_edits_it_not_even_in_the_database(statement: str) -> None:
    entry = audit.record("staff.signed_in", by=None)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    with pytest.raises(TypeError, match="append-only"):
        entry.delete()
    with pytest.raises(TypeError, match="append-only"):
        entry.save()
    assert AuditEntry.objects.get().action == "staff.signed_in"
