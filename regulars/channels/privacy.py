"""What channels hold of a person: found by itself, told by each channel."""

from __future__ import annotations

from regulars.channels.outbox import privacy  # noqa: F401 -- declares what it holds of a person
