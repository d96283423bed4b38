"""One router a context; each calls the actions and queries that the screens call."""

from __future__ import annotations

from typing import Final

from ninja import Router

from regulars.integrations.api.routers import (
    admin,
    analyses,
    calls,
    campaigns,
    conversations,
    customers,
    effect,
    finding,
    holdings,
    identity,
    imports,
    literature,
    segments,
    staff,
    system,
    tasks,
    timeline,
    trade,
    webhooks,
)

ROUTERS: Final[list[tuple[str, Router, str]]] = [
    ("", finding.router, "Finding"),
    ("/customers", customers.router, "Customers"),
    ("", holdings.router, "Customers"),
    ("", identity.router, "Duplicates"),
    ("", timeline.router, "Timeline"),
    ("", tasks.router, "Tasks"),
    ("/orders", trade.orders, "Trade"),
    ("/returns", trade.returns, "Trade"),
    ("/products", trade.products, "Trade"),
    ("/imports", imports.router, "Imports"),
    ("/conversations", conversations.router, "Inbox"),
    ("/campaigns", campaigns.router, "Marketing"),
    ("/effect", effect.router, "Marketing"),
    ("/segments", segments.router, "Marketing"),
    ("", calls.router, "Marketing"),
    ("", literature.router, "Marketing"),
    ("/analyses", analyses.router, "Analyses"),
    ("/webhooks", webhooks.router, "Webhooks"),
    ("", admin.router, "House"),
    ("", staff.router, "House"),
    ("", system.router, "System"),
]
"""Where it stands, the router, and the heading in the documentation."""
