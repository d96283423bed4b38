"""What the inbox hangs on a party: conversations, which go to whoever the record becomes."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from regulars.channels.inbox.models import Conversation
from regulars.customers.merging.registry import Holding, How, declare

declare(Holding(Conversation, "party", How.MOVE, label=_("conversations")))
