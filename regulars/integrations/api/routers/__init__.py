"""One router a context; each calls the actions and queries that the screens call."""

from __future__ import annotations

from typing import Final

from ninja import Router

from regulars.integrations.api.routers import customers, system, tasks, timeline

ROUTERS: Final[list[tuple[str, Router, str]]] = [
    ("/customers", customers.router, "Customers"),
    ("", timeline.router, "Timeline"),
    ("", tasks.router, "Tasks"),
    ("", system.router, "System"),
]
"""Where it stands, the router, and the heading in the documentation."""
