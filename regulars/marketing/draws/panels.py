"""Where a draw that the timeline speaks of is seen."""

from __future__ import annotations

from regulars.customers.panels import register_object
from regulars.marketing.draws.models import Draw

register_object("draw", lambda pk: Draw(pk=pk).get_absolute_url())
