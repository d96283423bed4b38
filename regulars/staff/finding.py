"""What search finds of staff, for those who look after it."""

from __future__ import annotations

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from regulars.staff.models import User
from regulars.web import finding
from regulars.web.finding import Entry


def find_users(user: User, typed: str, limit: int) -> list[Entry]:
    """Users whose name, sign-in name or address holds every word."""
    rows = User.objects.order_by("name", "pk")
    for word in typed.split()[:6]:
        rows = rows.filter(Q(name__icontains=word) | Q(username__icontains=word) | Q(email__icontains=word))
    return [
        Entry(one.name or one.username, reverse("staff:user", args=[one.pk]), "person", f"{one.username} · {one.get_role_display()}")
        for one in rows[:limit]
    ]  # fmt: skip


finding.register(
    finding.Kind(
        "users",
        _("Users"),
        "people",
        find_users,
        "staff.manage",
        80,
        all_url=lambda text: f"{reverse('web:list-users')}?q={text}",
    )
)
