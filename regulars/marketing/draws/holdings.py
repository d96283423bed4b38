"""What draws hang on a party."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from regulars.customers.merging.registry import Holding, How, declare
from regulars.marketing.draws.models import Entry

declare(Holding(Entry, "party", How.UNLESS_SAME, label=_("entries in prize draws"), same=("draw",)))
