"""How long mails are kept as they came: as long as the company's rule of retention says."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from regulars.channels.email import actions, queries
from regulars.customers.privacy.keeping import Keeping, declare

ACT: Final = "drop_mails"
DAYS: Final = 180
"""Long enough to let a mail through that was kept apart, or to look how it came when somebody complains."""

declare(Keeping(ACT, _("Drop copies of mails as they came"), queries.kept_before, actions.drop_copies, DAYS))
