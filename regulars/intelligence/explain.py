"""Why, in the customer's own figures: from scores to codes with values, which ``customers.reasons`` says in words.

The end of a value's name says what it is: ``_days``, ``_on`` (ISO date), ``_share``, ``_money`` (with ``currency``).
"""

from __future__ import annotations

from collections.abc import Mapping
from math import isnan
from typing import Any

from regulars.intelligence.analyses.base import Json, Saying
from regulars.intelligence.days import to_date
from regulars.intelligence.models.journey import Cause, Stage

Row = Mapping[str, Any]


def stage(row: Row) -> list[Saying]:
    """Why a customer is in the stage they are in, as of now. ``row`` is one of ``nightly``'s scores."""
    said = _stage(row)
    if row["open_complaints"] and row["complaint_day"] is not None:
        said.append(Saying("stage.complaint_open", {"since_on": _on(row["complaint_day"])}))
    return said


def _stage(row: Row) -> list[Saying]:
    now, once = row["stage"], row["purchases"] == 1
    if now == Stage.RECRUIT:
        return [Saying("stage.no_purchase", {"known_on": _on(known_since(row))})]
    usual = {"usual_days": _days(row["usual_days"]), "silence_days": _days(row["silence"])}
    if now == Stage.WELCOME:
        return [Saying("stage.first_purchase", {"bought_on": _on(row["first_day"]), "usual_days": usual["usual_days"]})]
    if now == Stage.DIVORCE:
        return [Saying("stage.gone_once" if once else "stage.gone", {**usual, "gone_share": _share(row["gone"])})]
    if now == Stage.PRE_DIVORCE:
        return _slipping(row, usual)
    if now == Stage.GETTING_TO_KNOW:
        return [
            Saying("stage.no_second_yet", usual)
            if once
            else Saying("stage.few_purchases", {"purchases": row["purchases"]})
        ]
    known = Saying(
        "stage.rhythm_known" if row["silence"] > 0 else "stage.bought_today", {**usual, "purchases": row["purchases"]}
    )
    if now == Stage.INTENSIFY:
        return [Saying("stage.growing", {"change_share": _share(row["change"])}), known]
    if now == Stage.RECOVERY:
        return [
            Saying("stage.back", {"bought_on": _on(row["since"]), "silence_days": _days(row["returned_after"] or 0)}),
            known,
        ]
    return [known]


def _slipping(row: Row, usual: Json) -> list[Saying]:
    """Silence or a decline: whichever holds, the silence first when it is rare."""
    said = []
    if row["survival"] <= 0.25:
        one_in = {"one_in": max(round(1 / max(row["survival"], 0.001)), 2)}
        said.append(
            Saying("stage.silent_once", usual) if row["purchases"] == 1 else Saying("stage.silent", {**usual, **one_in})
        )
    if _falls(row["change"]):
        said.append(Saying("stage.shrinking", {"change_share": _share(-row["change"])}))
    if _falls(row["amount_change"]):
        said.append(Saying("stage.smaller_baskets", {"amount_share": _share(-row["amount_change"])}))
    return said or [
        Saying(
            "stage.silent_once" if row["purchases"] == 1 else "stage.rhythm_known",
            {**usual, "purchases": row["purchases"]},
        )
    ]


def risk(row: Row, left_share: float) -> list[Saying]:
    """Why a customer may have left; nothing for who has never bought."""
    if not row["purchases"]:
        return []
    gone = {"gone_share": _share(row["gone"])}
    if row["survival"] > 0.5:
        return [Saying("risk.low", gone)]
    figures = {"silence_days": _days(row["silence"]), "usual_days": _days(row["usual_days"]), **gone}
    return [Saying("risk.silence", figures), Saying("risk.base", {"left_share": _share(left_share)})]


def value(row: Row, *, currency: str, buyers: int) -> list[Saying]:
    """What the class rests on."""
    if row["value_rank"] is None:
        return []
    said: list[Saying] = []
    if row["class"] == "most_valuable":
        said.append(Saying("value.top", {"own_money": row["contribution_12m"], "currency": currency}))
    elif row["class"] == "below_zero":
        said.append(Saying("value.below", {"loss_money": -row["contribution_24m"], "currency": currency}))
        if row["returned"]:
            said.append(Saying("value.returned", {"returned_money": -row["returned"], "currency": currency}))
    elif row["class"] == "most_growable":
        said += [_gap(row, currency), Saying("value.gain", {"gain_money": round(row["gain"]), "currency": currency})]
    return [*said, Saying("value.rank", {"rank": row["value_rank"], "of": buyers})]


def _gap(row: Row, currency: str) -> Saying:
    if row["more_basket"] >= row["more_often"]:
        figures = {
            "own_money": round(row["basket"]),
            "best_money": round(row["best_basket"]),
            "peers": row["rhythm_peers"],
        }
        return Saying("value.grow_basket", {**figures, "currency": currency})
    figures = {"own": row["usual_purchases"], "best": round(row["best_rhythm"]), "peers": row["basket_peers"]}
    return Saying("value.grow_often", figures)


def next_step(row: Row, *, currency: str, come_back: float) -> list[Saying]:
    """What to do, with the figures that make it worth doing."""
    action = row["action"]
    year = {"year_money": row["year"], "currency": currency}
    expected = {"expected_on": _on(row["last_day"] + round(row["expected_days"]))} if row["expected_days"] else {}
    if action == "settle_complaint":
        return [Saying("next.settle_complaint", {"since_on": _on(row["complaint_day"])})]
    if action in {"call", "write"}:
        return [Saying(f"next.{action}", year)]
    if action == "win_back":
        return [Saying("next.win_back", {**year, "back_share": _share(come_back)})]
    if action == "grow":
        way = "basket" if row["more_basket"] >= row["more_often"] else "often"
        return [Saying(f"next.grow_{way}", {"gain_money": round(row["gain"]), "currency": currency})]
    return [Saying(f"next.{action}", expected if action in {"remind", "keep"} else {})]


def move(cause: int, purchases: int, silence: float, usual: float, change: float, amount_change: float) -> list[Saying]:
    """Why a customer moved, in the figures of that day."""
    waited, figures = {"silence_days": _days(silence)}, {"silence_days": _days(silence), "usual_days": _days(usual)}
    once = purchases == 1
    said = {
        Cause.FIRST_PURCHASE: lambda: Saying("stage.first_ever"),
        Cause.SECOND_PURCHASE: lambda: (
            Saying("stage.second_purchase", waited)
            if purchases == 2
            else Saying("stage.few_purchases", {"purchases": purchases})
        ),
        Cause.NO_SECOND_YET: lambda: Saying("stage.no_second_then", waited),
        Cause.RHYTHM_KNOWN: lambda: Saying("stage.rhythm_learned", {"usual_days": figures["usual_days"]}),
        Cause.GROWING: lambda: Saying("stage.growing", {"change_share": _share(change)}),
        Cause.GROWTH_OVER: lambda: Saying("stage.growth_over"),
        Cause.COMPLAINT: lambda: Saying("stage.complaint_then"),
        Cause.SILENT: lambda: Saying("stage.silent_once" if once else "stage.silent_then", figures),
        Cause.SHRINKING: lambda: Saying("stage.shrinking", {"change_share": _share(-change)}),
        Cause.DECLINE_OVER: lambda: Saying("stage.decline_over"),
        Cause.GONE: lambda: Saying("stage.silent_once" if once else "stage.silent_then", figures),
        Cause.BACK: lambda: Saying("stage.back_then", waited),
        Cause.ESTABLISHED: lambda: Saying("stage.established"),
        Cause.BOUGHT_AFTER_ALL: lambda: Saying("stage.bought_after_all", waited),
    }[Cause(cause)]()
    smaller = cause == Cause.SHRINKING and _falls(amount_change)
    return [said, Saying("stage.smaller_baskets", {"amount_share": _share(-amount_change)})] if smaller else [said]


def known_since(row: Row) -> int:
    """The first day on which anything is recorded of a party."""
    return int(
        min(day for day in (row["created_day"], row["first_contact_day"], row["first_trade_day"]) if day is not None)
    )


def _falls(change: float | None) -> bool:
    return change is not None and not isnan(change) and change <= -0.15


def _days(value: float) -> int:
    return 0 if isnan(value) else max(round(value), 0)


def _share(value: float) -> float:
    return round(float(value), 3)


def _on(day: int) -> str:
    return to_date(day).isoformat()
