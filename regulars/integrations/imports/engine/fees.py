"""Which codes are products and which are postage, bank charges, manual adjustments: one stated rule.

A code is **no product** when the user lists it, or when it looks different from the codes of this file (``Learned.shapes``)
and is either at most five letters without a digit (POST, M, DOT) or has a fee word in its code or description
(BANK CHARGES, AMAZONFEE). Where a file teaches no shapes, only the words count, for codes without a digit. What the
user lists as a product is one in any case.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Final, Literal

LineKind = Literal["product", "fee", "adjustment"]
_SHORT = re.compile(r"[^\W\d_]{1,5}")
_FEE_WORDS: Final = re.compile(
    r"postage|carriage|freight|shipping|deliver|bank charge|\bfee\b|fee$|commission|surcharge|handling|packing|運費|郵資|手續費|服務費|包裝費|運送|frete|tarifa|versand|\bporto\b",
    re.IGNORECASE,
)
_ADJUSTMENT_WORDS: Final = re.compile(
    r"adjust|manual|discount|bad debt|write.?off|correction|sample|test product|rounding|donation|cruk|折扣|折讓|調整|樣品|沖銷|尾差|desconto|ajuste|rabatt",
    re.IGNORECASE,
)
_COVERED = 0.97
_MOSTLY = 0.75


@dataclass(frozen=True, slots=True)
class FeeRule:
    """Decides the kind of a line; ``shapes`` are the shapes of ordinary product codes of this file."""

    shapes: frozenset[str] = frozenset()
    fees: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    _seen: dict[tuple[str, str], LineKind] = field(default_factory=dict, compare=False, repr=False)

    def kind_of(self, code: str, description: str) -> LineKind:
        """What a line with this code and description is."""
        key = (code, description)
        if (known := self._seen.get(key)) is not None:
            return known
        if len(self._seen) > 200_000:
            self._seen.clear()
        kind = self._seen[key] = self._decide(code, description)
        return kind

    def _decide(self, code: str, description: str) -> LineKind:
        name = (code or description).casefold()
        if any(fnmatchcase(name, pattern) for pattern in self.products):
            return "product"
        listed = any(fnmatchcase(name, pattern) for pattern in self.fees)
        if not listed and not self._is_odd(code, description):
            return "product"
        return (
            "adjustment"
            if _ADJUSTMENT_WORDS.search(f"{code} {description}") or code.casefold() in {"m", "d", "b", "s"}
            else "fee"
        )

    def _is_odd(self, code: str, description: str) -> bool:
        if not code:
            return (
                bool(description)
                and len(description) <= 30
                and bool(_FEE_WORDS.search(description) or _ADJUSTMENT_WORDS.search(description))
            )
        if shape(code) in self.shapes or (not self.shapes and any(char.isdigit() for char in code)):
            return False
        speaks = bool(_FEE_WORDS.search(f"{code} {description}") or _ADJUSTMENT_WORDS.search(f"{code} {description}"))
        return speaks or (bool(self.shapes) and bool(_SHORT.fullmatch(code)))


def shape(code: str) -> str:
    """A code with letters as A and digits as 9, runs of letters folded: 85123A → 99999A, FUR-BO-10001798 → A-A-99999999."""
    marked = "".join("9" if c.isdigit() else "A" if c.isalpha() else c for c in code)
    return re.sub("A+", "A", marked)


def learn_shapes(codes: Iterable[str]) -> frozenset[str]:
    """The shapes of ordinary codes: the commonest that together cover 97 % of the lines, if nearly all codes hold digits."""
    counts = Counter(shape(code) for code in codes if code)
    total = sum(counts.values())
    with_digits = sum(n for form, n in counts.items() if "9" in form)
    if not total or with_digits < _MOSTLY * total:
        return frozenset()
    chosen: set[str] = set()
    covered = 0
    for form, n in counts.most_common():
        if covered >= _COVERED * total:
            break
        if "9" in form:
            chosen.add(form)
            covered += n
    return frozenset(chosen)


def rule_from(shapes: Iterable[str], *, fee_codes: str, product_codes: str) -> FeeRule:
    """The rule with the user's exceptions; lists are separated by commas, ``*`` stands for anything."""
    return FeeRule(frozenset(shapes), _patterns(fee_codes), _patterns(product_codes))


def _patterns(text: str) -> tuple[str, ...]:
    return tuple(word.strip().casefold() for word in re.split(r"[,，、;\n]", text) if word.strip())
