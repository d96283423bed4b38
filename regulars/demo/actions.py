"""Loading the demonstration company into an empty system."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from regulars.catalogue.models import Product
from regulars.commerce.actions import rebuild_trade
from regulars.commerce.models import Order, OrderLine, Return
from regulars.customers import search
from regulars.customers.actions import ensure_summaries, rebuild_activity
from regulars.customers.models import CustomerSummary, Event, Party, Task
from regulars.demo import truth
from regulars.demo.loader.bulk import tell_planner
from regulars.demo.loader.company import Loader
from regulars.demo.loader.staff import PASSWORD, taken_names
from regulars.demo.outreach import load_outreach
from regulars.demo.simulator.company import Market, generate
from regulars.demo.words.firms import COMPANY
from regulars.kit import clock, money
from regulars.kit.errors import UserError
from regulars.staff.actions import name_company, set_costs
from regulars.staff.models import Team, Territory

__all__ = ["COMPANY", "CUSTOMERS", "PASSWORD", "SEED", "load_demo"]

CUSTOMERS: Final = 5_000
SEED: Final = 7
FEWEST: Final = 20
ORDER_COSTS: Final = 60
"""NT$: packing, freight and fees of an order."""
CONTACT_COSTS: Final = 120
"""NT$: a quarter of an hour of somebody who answers, calls or visits."""


def load_demo(
    *,
    customers: int = CUSTOMERS,
    seed: int = SEED,
    today: date | None = None,
    home: Path | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, Any]:
    """Write the demonstration company as of the beginning of today and rebuild the facts of all summaries.

    The same seed, size and day give the same company. What is true of each customer goes to ``truth.path(home)``, not
    into the record. Scores (class, stage, risk) are left to the refresh.

    Args:
        customers: persons and companies that buy or may buy, at least 20; colleagues and households come in addition.
        today: the day it is loaded for, by default the present one in the company's zone.
        home: the data folder, by default REGULARS_HOME.
        progress: called with customers written so far and in all.

    Returns:
        company, customers, seed, today, rows, seconds, rows_per_second, truth: for people and scripts.

    Raises:
        UserError: the system already holds something, or ``customers`` is too small.
    """
    _refuse_unless_empty()
    if customers < FEWEST:
        raise UserError(_("The demonstration company needs at least %(n)s customers.") % {"n": FEWEST})
    today = today or timezone.localdate(clock.now())
    started = time.perf_counter()
    file = truth.path(home or settings.HOME)
    loader = Loader(Market.of(today), seed=seed, truth=file)
    tell = progress or (lambda done, of: None)
    with transaction.atomic():
        loader.load(generate(customers=customers, seed=seed, today=today), lambda done: tell(done, customers))
        name_company(name=COMPANY[0], by=None)
        set_costs(
            per_order=money.to_minor(ORDER_COSTS, "TWD"), per_contact=money.to_minor(CONTACT_COSTS, "TWD"), by=None
        )
        ensure_summaries()
        tell_planner(Party, Event, Task, Order, OrderLine, Return, CustomerSummary)
        rebuild_trade()
        rebuild_activity()
        search.rebuild()
        load_outreach(seed=seed, today=today)
    seconds = time.perf_counter() - started
    return {
        "company": " ".join(COMPANY),
        "customers": customers,
        "seed": seed,
        "today": str(today),
        "rows": loader.rows,
        "seconds": round(seconds, 2),
        "rows_per_second": round(loader.rows / seconds),
        "truth": str(file),
    }


def _refuse_unless_empty() -> None:
    if any(model._default_manager.exists() for model in (Party, Order, Product, Event, Team, Territory)):
        raise UserError(
            _("The demonstration company can only be loaded into an empty system; this one already holds data.")
        )
    if taken := taken_names():
        raise UserError(
            _("The demonstration company brings its own sign-in names; these are already taken: %(names)s.") % {"names": ", ".join(taken)}
        )  # fmt: skip
