"""How well and how quickly it is told who will do something: learning, scoring a million customers, and what comes true.

Accuracy on two public data sets: once cross-validated at random and once forward in time, side by side. The peer in
accuracy is logistic regression on the same columns (one-hot, standardised), as scikit-learn has it; seconds are processor
seconds of one thread.
"""

import csv
import gzip
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from bench import Context, Figure
from regulars.intelligence.models import backtest
from regulars.intelligence.models.propensity.additive import AdditiveModel
from regulars.intelligence.models.propensity.columns import Columns, without
from regulars.intelligence.models.propensity.evaluate import cross_validated, report
from regulars.intelligence.models.propensity.leakage import find_leakage

MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
CUSTOMERS, LEARNED_FROM, FEATURES = 1_000_000, 100_000, 20


def column(table: list[dict[str, str]], name: str) -> Any:
    values = [row[name] for row in table]
    try:
        return np.array([float(value) if value.strip() else np.nan for value in values])
    except ValueError:
        return np.array(values)


def telco(context: Context) -> tuple[Columns, Any]:
    with (context.data("propensity") / "telco_churn.csv").open() as file:
        table = list(csv.DictReader(file))
    names = [name for name in table[0] if name not in {"customerID", "Churn"}]
    return {name: column(table, name) for name in names}, column(table, "Churn") == "Yes"


def bank(context: Context) -> tuple[Columns, Any]:
    with gzip.open(context.data("propensity") / "bank-full.csv.gz", "rt") as file:
        table = list(csv.DictReader(file))
    date = np.array([31.0 * MONTHS.index(row["month"]) + float(row["day"]) for row in table])
    return {name: column(table, name) for name in table[0] if name != "y"} | {"date": date}, column(table, "y") == "yes"


def logistic(columns: Columns, did: Any) -> float:
    """Cross-validated AUC of logistic regression."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedKFold, cross_val_predict
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    parts = []
    for values in columns.values():
        if values.dtype.kind == "U":
            parts.append(np.stack([values == word for word in np.unique(values)], axis=1).astype(float))
        else:
            parts.append(np.nan_to_num(values, nan=float(np.nanmean(values)))[:, None])
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=500))
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    said = cross_val_predict(model, np.hstack(parts), did, cv=folds, method="predict_proba")[:, 1]
    return backtest.auc(said, did) or 0.0


def large(rows: int, seed: int) -> tuple[Columns, Any]:
    """Simulated customers with as many features as the analyses use."""
    rng = np.random.default_rng(seed)
    columns = {f"feature {number}": rng.gamma(2, 30, rows).astype(np.float32) for number in range(FEATURES)}
    odds = -2 + sum(np.log1p(values / 30) * (0.5 - number / FEATURES) for number, values in enumerate(columns.values()))
    return columns, rng.random(rows) < 1 / (1 + np.exp(-odds))


def processor(function: Callable[[], object]) -> float:
    """Processor seconds of one call."""
    started = time.process_time()
    function()
    return time.process_time() - started


def run(context: Context) -> list[Figure]:
    """Accuracy, then cost."""
    columns, left = telco(context)
    chance = cross_validated(AdditiveModel, columns, left)
    offered, said_yes = bank(context)
    leaks = [one.name for one in find_leakage(offered, said_yes)]
    honest = without(offered, "duration")
    both = report(AdditiveModel, honest, said_yes, order=np.arange(len(said_yes)))
    learn, million = large(LEARNED_FROM, 1), large(CUSTOMERS, 2)
    model = AdditiveModel()
    learning = processor(lambda: model.fit(*learn))
    calibrating = processor(lambda: model.calibrate(*learn))
    scoring = min(processor(lambda: model.predict(million[0])) for _ in range(context.runs))
    return [
        Figure(
            "Telco, cross-validated (AUC)",
            backtest.auc(chance, left) or 0,
            "",
            0.845,
            "logistic",
            logistic(columns, left),
            "more",
        ),
        Figure("Telco, calibration error", backtest.ece(chance, left) or 0, "", 0.02),
        Figure(
            "bank without duration, cross-validated (AUC)",
            both.shuffled.auc or 0,
            "",
            0.795,
            "logistic",
            logistic(honest, said_yes),
            "more",
        ),
        Figure("bank without duration, forward in time (AUC)", both.forward.auc or 0, "", better="more"),
        Figure("bank, forward: foretold share", both.forward.foretold * 100, "%"),
        Figure("bank, forward: actual share", both.forward.actual * 100, "%"),
        Figure(
            "features named as knowing the future (duration alone)", float(leaks == ["duration"]), "", 1, better="more"
        ),
        Figure(f"learning from {LEARNED_FROM:,} customers, {FEATURES} features", learning, "CPU-s"),
        Figure(f"calibrating on {LEARNED_FROM:,}", calibrating, "CPU-s"),
        Figure(f"scoring {CUSTOMERS:,} customers", scoring, "CPU-s", 3.0),
    ]
