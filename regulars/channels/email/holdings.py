"""What mail that came hangs on a party."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from regulars.channels.email.models import Mail
from regulars.customers.merging.registry import Holding, How, declare

declare(Holding(Mail, "party", How.MOVE, label=_("mails received")))
