"""Why, in the customer's own figures: from scores to codes with values, which ``customers.reasons`` says in words.

Written in the engine's SQL, because it is done for everybody at once: each function gives an expression over a row of
scores (``nightly``) whose value is a JSON list of ``{"code": …, "values": {…}}``. The end of a value's name says what it
is: ``_days``, ``_on`` (ISO date), ``_since`` (ISO date; the time from then till the reader's day), ``_share``, ``_money``
(with ``currency``). Of a record that ended long ago, ``historical``, silence is told as of its own end.
"""

from __future__ import annotations

from collections.abc import Sequence

from regulars.intelligence import told
from regulars.intelligence.models.journey import Cause, Stage
from regulars.intelligence.models.leaving import STEPS

KNOWN_SINCE = "least(created_day, first_contact_day, first_trade_day)"
"""The first day on which anything is recorded of a party."""

_FALLS = "({0} IS NOT NULL AND NOT isnan({0}) AND {0} <= -0.15)"


def stage(*, historical: bool) -> str:
    """Why a customer is in the stage they are in, as of now."""
    once = "purchases = 1"
    usual = {"usual_days": _days("usual_days")} | _silence(historical)
    known = _either(
        "silence > 0",
        _say("stage.rhythm_known", usual | {"purchases": "purchases"}),
        _say("stage.bought_today", usual | {"purchases": "purchases"}),
    )
    gone = usual | {"gone_share": f"{told.GONE}::VARCHAR"}
    now = _by_stage(
        {
            Stage.RECRUIT: _say("stage.no_purchase", {"known_on": _on(KNOWN_SINCE)}),
            Stage.WELCOME: _say(
                "stage.first_purchase", {"bought_on": _on("first_day"), "usual_days": usual["usual_days"]}
            ),
            Stage.DIVORCE: _either(once, _say("stage.gone_once", gone), _say("stage.gone", gone)),
            Stage.PRE_DIVORCE: _slipping(once, usual),
            Stage.GETTING_TO_KNOW: _either(
                once, _say("stage.no_second_yet", usual), _say("stage.few_purchases", {"purchases": "purchases"})
            ),
            Stage.INTENSIFY: _both(_say("stage.growing", {"change_share": _share("change")}), known),
            Stage.RECOVERY: _both(
                _say("stage.back", {"bought_on": _on("since"), "silence_days": _days("coalesce(returned_after, 0)")}),
                known,
            ),
        },
        known,
    )
    complaint = _when(
        "open_complaints > 0 AND complaint_day IS NOT NULL",
        _say("stage.complaint_open", {"since_on": _on("complaint_day")}),
    )
    return _list(now, complaint)


def _slipping(once: str, usual: dict[str, str]) -> str:
    """Silence or a decline: whichever holds, the silence first when it is rare."""
    one_in = {"one_in": "greatest(round_even(1 / greatest(survival, 0.001), 0), 2)::BIGINT"}
    silent = _either(once, _say("stage.silent_once", usual), _say("stage.silent", usual | one_in))
    holds = {
        "survival <= 0.25": silent,
        _FALLS.format("change"): _say("stage.shrinking", {"change_share": _share("-change")}),
        _FALLS.format("amount_change"): _say("stage.smaller_baskets", {"amount_share": _share("-amount_change")}),
    }
    otherwise = usual | {"purchases": "purchases"}
    said = _both(*(_when(condition, sentence) for condition, sentence in holds.items()))
    neither = _either(once, _say("stage.silent_once", otherwise), _say("stage.rhythm_known", otherwise))
    return _either(" OR ".join(holds), said, neither)


def risk(left_shares: Sequence[float], *, historical: bool) -> str:
    """Why a customer may have left; nothing for who has never bought. ``left_shares`` by pool of ``leaving.STEPS``."""
    gone = {"gone_share": f"{told.GONE}::VARCHAR"}
    pools = " ".join(
        f"WHEN purchases >= {least} THEN '{round(left, 2)}'"
        for least, left in reversed([*zip(STEPS, left_shares, strict=True)])
    )
    silent = _say("risk.silence", _silence(historical) | {"usual_days": _days("usual_days")} | gone)
    base = _say("risk.base", {"left_share": f"CASE {pools} END"})
    return _list(_when("purchases > 0", _either("survival > 0.5", _say("risk.low", gone), _both(silent, base))))


def value(*, currency: str) -> str:
    """What the class rests on."""
    money = {"currency": f"'\"{currency}\"'"}
    basket = {"own_money": _whole("basket"), "best_money": _whole("best_basket"), "peers": "rhythm_peers"}
    often = {"own": "usual_purchases", "best": _whole("best_rhythm"), "peers": "basket_peers"}
    gap = _either(
        "more_basket >= more_often", _say("value.grow_basket", basket | money), _say("value.grow_often", often)
    )
    below = _say("value.below", {"loss_money": "(-contribution_24m)::BIGINT"} | money)
    returned = _say("value.returned", {"returned_money": "(-returned)::BIGINT"} | money)
    return _list(
        _when("class = 'most_valuable'", _say("value.top", {"own_money": "contribution_12m::BIGINT"} | money)),
        _when("class = 'below_zero'", _both(below, _when("returned <> 0", returned))),
        _when(
            "class = 'most_growable'",
            _both(gap, _say("value.gain", {"gain_money": _whole(told.about("gain"))} | money)),
        ),
        _when(f"value_rank <= {told.EXACT_RANKS}", _say("value.rank", {"rank": "value_rank"})),
        _when(
            f"value_rank > {told.EXACT_RANKS}",
            _say("value.among", {"top_share": f"greatest(ceil({told.PERCENTILE}), 1) / 100"}),
        ),
    )


def next_step(*, currency: str, come_back: float) -> str:
    """What to do, with the figures that make it worth doing."""
    money = {"currency": f"'\"{currency}\"'"}
    year = {"year_money": "year"} | money
    gain = {"gain_money": _whole(told.about("gain"))} | money
    expected = {"expected_on": _on("due_day")}
    when_expected = "action IN ('remind', 'keep') AND due_day IS NOT NULL AND expected_days <> 0"
    by_action = {
        "action = 'settle_complaint'": _say("next.settle_complaint", {"since_on": _on("complaint_day")}),
        "action = 'call'": _say("next.call", year),
        "action = 'write'": _say("next.write", year),
        "action = 'win_back'": _say("next.win_back", year | {"back_share": f"'{round(come_back, 2)}'"}),
        "action = 'grow' AND more_basket >= more_often": _say("next.grow_basket", gain),
        "action = 'grow'": _say("next.grow_often", gain),
        when_expected: _said("'next.' || action", expected),
    }
    return _list(_case(by_action, _said("'next.' || action", {})))


def move() -> str:
    """Why a customer moved, in the figures of that day; over a row of ``models.journey.Moves``."""
    once, waited = "purchases = 1", {"silence_days": _days("silence")}
    figures = waited | {"usual_days": _days("usual")}
    silent = _either(once, _say("stage.silent_once", figures), _say("stage.silent_then", figures))
    said = {
        Cause.FIRST_PURCHASE: _say("stage.first_ever"),
        Cause.SECOND_PURCHASE: _either(
            "purchases = 2",
            _say("stage.second_purchase", waited),
            _say("stage.few_purchases", {"purchases": "purchases"}),
        ),
        Cause.NO_SECOND_YET: _say("stage.no_second_then", waited),
        Cause.RHYTHM_KNOWN: _say("stage.rhythm_learned", {"usual_days": figures["usual_days"]}),
        Cause.GROWING: _say("stage.growing", {"change_share": _share("change")}),
        Cause.GROWTH_OVER: _say("stage.growth_over"),
        Cause.COMPLAINT: _say("stage.complaint_then"),
        Cause.SILENT: silent,
        Cause.SHRINKING: _say("stage.shrinking", {"change_share": _share("-change")}),
        Cause.DECLINE_OVER: _say("stage.decline_over"),
        Cause.GONE: silent,
        Cause.BACK: _say("stage.back_then", waited),
        Cause.ESTABLISHED: _say("stage.established"),
        Cause.BOUGHT_AFTER_ALL: _say("stage.bought_after_all", waited),
    }
    smaller = _when(
        f"cause = {Cause.SHRINKING:d} AND {_FALLS.format('amount_change')}",
        _say("stage.smaller_baskets", {"amount_share": _share("-amount_change")}),
    )
    return _list(_case({f"cause = {cause:d}": sentence for cause, sentence in said.items()}, "NULL"), smaller)


def _silence(historical: bool) -> dict[str, str]:
    """How long they have been silent: since when, unless the record itself ended long ago."""
    return {"silence_days": _days("silence")} if historical else {"silence_since": _on("last_day")}


def _say(code: str, values: dict[str, str] | None = None) -> str:
    return _said(f"'{code}'", values or {})


def _said(code: str, values: dict[str, str]) -> str:
    """A sentence: ``code`` and every value is an expression."""
    told = " || ',' || ".join(f"'\"{name}\":' || ({expression})" for name, expression in values.items()) or "''"
    return f"('{{\"code\":\"' || {code} || '\",\"values\":{{' || {told} || '}}}}')"


def _list(*sentences: str) -> str:
    return f"'[' || concat_ws(',', {', '.join(sentences)}) || ']'"


def _both(*sentences: str) -> str:
    """Those that are said, one after the other."""
    return f"concat_ws(',', {', '.join(sentences)})"


def _when(condition: str, sentence: str) -> str:
    return f"CASE WHEN {condition} THEN {sentence} END"


def _either(condition: str, sentence: str, otherwise: str) -> str:
    return f"CASE WHEN {condition} THEN {sentence} ELSE {otherwise} END"


def _case(sentences: dict[str, str], otherwise: str) -> str:
    return f"CASE {' '.join(f'WHEN {condition} THEN {sentence}' for condition, sentence in sentences.items())} ELSE {otherwise} END"


def _by_stage(sentences: dict[Stage, str], otherwise: str) -> str:
    return _case({f"stage = {now:d}": sentence for now, sentence in sentences.items()}, otherwise)


def _days(value: str) -> str:
    return f"CASE WHEN {value} IS NULL OR isnan({value}) THEN 0 ELSE greatest(round_even({value}, 0), 0)::BIGINT END"


def _whole(value: str) -> str:
    return f"round_even({value}, 0)::BIGINT"


def _share(value: str) -> str:
    return f"round_even(({value})::DOUBLE, 3)::VARCHAR"


def _on(day: str) -> str:
    return f"'\"' || strftime(DATE '1970-01-01' + ({day})::INTEGER, '%Y-%m-%d') || '\"'"
