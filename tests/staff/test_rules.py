import pytest
from django.contrib.auth.models import AnonymousUser

from regulars.kit.errors import Forbidden
from regulars.staff import rules
from regulars.staff.models import Role, User


def test_every_role_has_capabilities_and_a_reach():
    assert set(rules.CAPABILITIES) == set(Role.values) == set(rules.REACH)


def test_can_refuses_strangers_inactive_users_and_unknown_capabilities():
    owner = User(role=Role.OWNER)
    assert rules.can(owner, "customers.edit")
    assert not rules.can(owner, "customers.nonsense")
    assert not rules.can(AnonymousUser(), "customers.view")
    assert not rules.can(None, "customers.view")
    owner.is_active = False
    assert not rules.can(owner, "customers.view")


def test_require_raises_a_sentence():
    with pytest.raises(Forbidden, match="does not allow"):
        rules.require(User(role=Role.TECHNICIAN), "imports.run")
