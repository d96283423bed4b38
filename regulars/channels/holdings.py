"""What channels hang on a party: found by itself, told by each channel."""

from __future__ import annotations

from regulars.channels.outbox import holdings  # noqa: F401 -- declares what it hangs on a party
