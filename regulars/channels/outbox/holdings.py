"""What the outbox hangs on a party."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from regulars.channels.outbox.models import Message
from regulars.customers.merging.registry import Holding, How, declare

declare(Holding(Message, "party", How.MOVE, label=_("messages")))
