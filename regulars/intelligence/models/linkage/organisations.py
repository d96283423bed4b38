"""When are two companies one company? Name without its legal form, tax id, phone, mail, site and address.

Sister companies share a building, a switchboard and a web site: that is the class "under one roof" here.
"""

from __future__ import annotations

from typing import Final

from regulars.intelligence.models.linkage.agreement import (
    Test,
    alike,
    always,
    begins,
    both,
    edited,
    missing,
    overlapping,
    same,
    shared,
)
from regulars.intelligence.models.linkage.records import ORGANISATION
from regulars.intelligence.models.linkage.spec import Comparison, Level, Model, Rule


def _stands_for() -> Test:
    """One name is a short form of the other: 台泥 of 台灣水泥."""
    return Test(
        "((l.pattern <> '' AND len(l.stem) < len(r.stem) AND r.stem LIKE l.pattern) OR (r.pattern <> '' AND len(r.stem) < len(l.stem) AND l.stem LIKE r.pattern))",
        lambda a, b: _shortens(a.pattern, a.stem, b.stem) or _shortens(b.pattern, b.stem, a.stem),
    )


def _shortens(pattern: str, short: str, long: str) -> bool:
    if not pattern or len(short) >= len(long) or long[:1] != short[:1]:
        return False
    rest = iter(long)
    return all(character in rest for character in short)


NAME: Final = Comparison(
    "name",
    missing("stem"),
    (
        Level("exact", shared("stems"), m=0.72, u=1e-6, roof=0.01),
        Level("close", alike("stem", 0.97) | overlapping("pieces", 0.75), m=0.1, u=3e-5, roof=0.02),
        Level("begins", begins("stem"), m=0.07, u=1e-4, roof=0.03),
        Level("short_form", _stands_for(), m=0.04, u=2e-4, roof=0.03),
        Level("similar", overlapping("pieces", 0.5), m=0.03, u=2e-3, roof=0.11),
        Level("different", always(), m=0.04, u=0.9977, roof=0.8),
    ),
    shown="stem",
    differs=0.2,
)

TAX_ID: Final = Comparison(
    "tax_id",
    missing("number"),
    (
        Level("exact", same("number"), m=0.93, u=1e-7, roof=0.001),
        Level("slip", alike("number", 0.8) & edited("number", 1), m=0.04, u=1e-5, roof=1e-5),
        Level("different", always(), m=0.03, u=0.99999, roof=0.999),
    ),
    shown="number",
    differs=0.2,
)

PHONE: Final = Comparison(
    "phone",
    missing("phones"),
    (
        Level("exact", shared("phones"), m=0.62, u=1e-6, roof=0.3),
        Level("last_digits", shared("tails"), m=0.04, u=1e-6, roof=0.02),
        Level("slip", alike("phones", 0.9, first=True) & edited("phones", 1, first=True), m=0.05, u=1e-5, roof=0.05),
        Level("different", always(), m=0.29, u=0.9999, roof=0.63),
    ),
    shown="phones",
    learns_roof=True,
)

ONLINE: Final = Comparison(
    "online",
    missing("emails", "domains") | ~(both("emails") | both("domains")),
    (
        Level("email", shared("emails"), m=0.45, u=1e-6, roof=0.1),
        Level("domain", shared("domains"), m=0.25, u=5e-5, roof=0.3),
        Level("close", alike("emails", 0.85, first=True) & edited("emails", 2, first=True), m=0.04, u=1e-5, roof=0.01),
        Level("different", always(), m=0.26, u=0.9999, roof=0.59),
    ),
    shown="emails",
    learns_roof=True,
)

SEAT: Final = Comparison(
    "home",
    missing("street", "postcode", "city") | ~(both("street") | both("postcode") | both("city")),
    (
        Level("exact", same("street") & same("numbers"), m=0.5, u=1e-5, roof=0.5),
        Level("close", (same("street") & begins("numbers")) | (same("numbers") & overlapping("grams", 0.6)), m=0.15, u=1e-5, roof=0.2),
        Level("street", (same("postcode") | same("city")) & (same("street") | overlapping("grams", 0.7)), m=0.06, u=5e-4, roof=0.08),
        Level("postcode", same("postcode"), m=0.08, u=0.01, roof=0.06),
        Level("city", same("city"), m=0.09, u=0.1, roof=0.06, rarity="city"),
        Level("different", always(), m=0.12, u=0.89, roof=0.1),
    ),
    shown="home",
    learns_roof=True,
)  # fmt: skip

ORGANISATIONS: Final = Model(
    kind=ORGANISATION,
    comparisons=(NAME, TAX_ID, PHONE, ONLINE, SEAT),
    rules=(
        Rule("number", 1, fixes=("tax_id",)),
        Rule("name", 2, fixes=("name",)),
        Rule("phone", 2, fixes=("phone",)),
        Rule("email", 2, fixes=("online",)),
        Rule("tail", 1),
        Rule("domain", 2),
        Rule("home", 2),
        Rule("begin", 4),
    ),
    lists=("emails", "phones", "tails", "domains"),
    shared_by_most=8,
)
