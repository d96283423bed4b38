"""When are two households one household? Few facts: name, phone, mail, home. Families in one building stay apart."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from regulars.intelligence.models.linkage.agreement import always, missing, overlapping, shared
from regulars.intelligence.models.linkage.organisations import ONLINE, PHONE, SEAT
from regulars.intelligence.models.linkage.records import HOUSEHOLD
from regulars.intelligence.models.linkage.spec import Comparison, Level, Model, Rule

NAME: Final = Comparison(
    "name",
    missing("stem"),
    (
        Level("exact", shared("stems"), m=0.75, u=1e-4, roof=0.005),
        Level("close", overlapping("pieces", 0.6), m=0.13, u=1e-3, roof=0.02),
        Level("different", always(), m=0.12, u=0.999, roof=0.975),
    ),
    shown="stem",
)

HOUSEHOLDS: Final = Model(
    kind=HOUSEHOLD,
    comparisons=(NAME, PHONE, ONLINE, replace(SEAT)),
    rules=(
        Rule("name", 2, fixes=("name",)),
        Rule("phone", 2, fixes=("phone",)),
        Rule("email", 2, fixes=("online",)),
        Rule("home", 2),
    ),
    lists=("emails", "phones", "tails", "domains"),
    shared_by_most=6,
)
