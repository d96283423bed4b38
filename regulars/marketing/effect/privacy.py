"""What experiments hold of a person: that they were in an arm, and numbers, without a word about them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from regulars.customers.privacy.registry import Trace, declare
from regulars.marketing.effect.models import Assignment

declare(Trace(Assignment, "party", keeps={"arm": "a code of our own"}, label=_("Experiments")))
