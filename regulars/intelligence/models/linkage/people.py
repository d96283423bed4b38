"""When are two persons one person? Name, birth date, mail, phone and home; people of one household are told apart."""

from __future__ import annotations

from typing import Final

from regulars.intelligence.models.linkage.agreement import (
    alike,
    always,
    begins,
    both,
    crossed,
    edited,
    equal,
    missing,
    of_other_script,
    one_character,
    overlapping,
    same,
    same_part,
    shared,
    turned_date,
    years_apart,
)
from regulars.intelligence.models.linkage.records import PERSON
from regulars.intelligence.models.linkage.spec import Comparison, Level, Model, Rule

_TURNED: Final = crossed("family", "given")

FAMILY: Final = Comparison(
    "family_name",
    missing("family") & ~same("latin") | (of_other_script() & ~same("latin")),
    (
        Level("exact", same("family"), m=0.84, u=0.01, roof=0.75, rarity="family"),
        Level("turned", _TURNED, m=0.02, u=1e-5, roof=0.001),
        Level("other_script", same("latin"), m=0.01, u=1e-5, roof=0.001),
        Level("close", alike("family", 0.9) & ~of_other_script(), m=0.06, u=0.005, roof=0.03),
        Level("similar", alike("family", 0.8) & ~of_other_script(), m=0.02, u=0.02, roof=0.02),
        Level("different", always(), m=0.05, u=0.96, roof=0.199),
    ),
    shown="family",
    learns_roof=True,
    differs=0.3,
)

GIVEN: Final = Comparison(
    "given_name",
    missing("given") | _TURNED | of_other_script() | (~same("family") & same("latin")),
    (
        Level("exact", same("given"), m=0.82, u=0.005, roof=0.01, rarity="given"),
        Level("close", alike("given", 0.92) & ~one_character("given"), m=0.05, u=0.002),
        Level("sounds_alike", same("spoken"), m=0.02, u=0.002),
        Level("part", begins("given"), m=0.04, u=0.005),
        Level("one_character", one_character("given"), m=0.015, u=0.03, roof=0.2),
        Level("similar", alike("given", 0.8), m=0.02, u=0.02),
        Level("different", always(), m=0.04, u=0.94),
    ),
    shown="given",
    differs=0.3,
)

_YEAR, _MONTH, _DAY = same_part("birth", 1, 4), same_part("birth", 6, 2), same_part("birth", 9, 2)
_TWO_PARTS: Final = (_YEAR & _MONTH) | (_YEAR & _DAY) | (_MONTH & _DAY)

BIRTH: Final = Comparison(
    "birth_date",
    missing("birth"),
    (
        Level("exact", same("birth"), m=0.85, u=5e-5, roof=0.03),
        Level("slip", turned_date("birth") | (_TWO_PARTS & edited("birth", 1)), m=0.07, u=7e-4),
        Level("day_and_month", same_part("birth", 6, 5), m=0.03, u=0.0027),
        Level("year", _YEAR, m=0.025, u=0.018),
        Level("generation", years_apart(16), m=0.01, u=0.4),
        Level("different", always(), m=0.015, u=0.58),
    ),
    shown="birth",
)

EMAIL: Final = Comparison(
    "email",
    missing("emails"),
    (
        Level("exact", shared("emails"), m=0.62, u=1e-6, roof=0.05),
        Level("local_part", shared("locals"), m=0.05, u=1e-5, roof=0.005),
        Level(
            "close",
            equal("counts") & alike("emails", 0.85, first=True) & edited("emails", 2, first=True),
            m=0.05,
            u=1e-5,
            roof=0.005,
        ),
        Level(
            "similar", equal("counts") & both("counts") & alike("emails", 0.9, first=True), m=0.03, u=0.002, roof=0.02
        ),
        Level("different", always(), m=0.25, u=0.998, roof=0.92),
    ),
    shown="emails",
    learns_roof=True,
)

PHONE: Final = Comparison(
    "phone",
    missing("phones"),
    (
        Level("exact", shared("phones"), m=0.6, u=1e-6, roof=0.45),
        Level("last_digits", shared("tails"), m=0.04, u=1e-6, roof=0.02),
        Level("slip", alike("phones", 0.9, first=True) & edited("phones", 1, first=True), m=0.04, u=1e-5, roof=0.01),
        Level("different", always(), m=0.32, u=0.9999, roof=0.52),
    ),
    shown="phones",
    learns_roof=True,
)

_NEAR_STREET: Final = same("street") | overlapping("grams", 0.7)

_NEAR_CODE: Final = alike("postcode", 0.8) & edited("postcode", 1)

HOME: Final = Comparison(
    "home",
    missing("street", "postcode", "city")
    | (~(both("street") | both("postcode") | both("city"))),
    (
        Level("exact", same("street") & same("numbers"), m=0.5, u=1e-5, roof=0.75),
        Level("close", (same("street") & begins("numbers")) | (same("numbers") & overlapping("grams", 0.6)), m=0.14, u=1e-5, roof=0.05),
        Level("street", (same("postcode") | same("city")) & _NEAR_STREET, m=0.06, u=3e-4, roof=0.03),
        Level("postcode", same("postcode"), m=0.1, u=0.004, roof=0.04),
        Level("city", same("city"), m=0.08, u=0.05, roof=0.04, rarity="city"),
        Level("similar", alike("city", 0.88) | _NEAR_CODE, m=0.04, u=0.02, roof=0.02),
        Level("different", always(), m=0.08, u=0.93, roof=0.07),
    ),
    shown="home",
    learns_roof=True,
)  # fmt: skip

NUMBER: Final = Comparison(
    "number",
    missing("number"),
    (
        Level("exact", same("number"), m=0.85, u=1e-7),
        Level("slip", alike("number", 0.8) & edited("number", 1), m=0.08, u=1e-5),
        Level("different", always(), m=0.07, u=0.99999),
    ),
    shown="number",
)

PEOPLE: Final = Model(
    kind=PERSON,
    comparisons=(FAMILY, GIVEN, BIRTH, EMAIL, PHONE, HOME, NUMBER),
    rules=(
        Rule("number", 1, fixes=("number",)),
        Rule("phone", 2, fixes=("phone",)),
        Rule("email", 2, fixes=("email",)),
        Rule("name", 2, fixes=("family_name", "given_name")),
        Rule("birth", 2, fixes=("birth_date",)),
        Rule("tail", 1),
        Rule("local", 1),
        Rule("latin", 1),
        Rule("name_year", 2),
        Rule("name_area", 1),
        Rule("birth_initial", 2),
        Rule("sound_year", 1),
        Rule("home", 1),
        Rule("home_initial", 1),
        Rule("part", 1),
    ),
    lists=("emails", "locals", "phones", "tails"),
)
