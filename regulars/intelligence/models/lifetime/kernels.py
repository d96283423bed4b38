"""The loops over customers, compiled. Sums run in the order of the rows on one thread: the same input gives the same bits.

Whether it pays: docs/bench.md, `lifetime`. For a customer who came back the likelihood of the BG/NBD family needs one
exponential and look-ups; the logarithm of 1 + e^z is taken of their product, before it grows too large.
"""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np

from regulars.intelligence.models.compiled import compiled

FINE: Final = 0
OFF_GRID: Final = 1
NOT_A_NUMBER: Final = 2
NOT_WHOLE: Final = 3
BEYOND: Final = 4
NO_REPEAT: Final = 5

_NEAR: Final = 1e-6
_MOST_TERMS: Final = 20_000
_MOST_PURCHASES: Final = 100_000


@compiled
def pack(rows: Any, steps: float, room: Any, tables: Any, by_x: Any) -> tuple[int, int]:
    """Put customers who came back into ``room`` (x, places of recency and T) and count all in tables.

    ``rows`` are frequency, recency, T and weight (empty: all count once).

    ``tables`` by place of T: customers who never came back, all customers, their repeat purchases; ``by_x``: customers by x.

    Returns:
        A status, and how many came back.
    """
    frequency, recency, age, weight = rows
    kept, most = 0, len(by_x) - 1
    for i in range(len(frequency)):
        x, t, T = frequency[i], recency[i] * steps, age[i] * steps  # noqa: N806 -- as the field writes it
        if not (0.0 <= x < math.inf and t >= 0.0 and 0.0 <= T < math.inf):
            return NOT_A_NUMBER, kept
        k, at, end = int(x), int(t + 0.5), int(T + 0.5)
        if k != x or k > most:
            return NOT_WHOLE, kept
        if t > T * (1.0 + 1e-9) + 1e-9:
            return BEYOND, kept
        if abs(t - at) > _NEAR or abs(T - end) > _NEAR:
            return OFF_GRID, kept
        one = weight[i] if len(weight) else 1.0
        tables[1, end] += one
        tables[2, end] += one * x
        by_x[k] += one
        if k:
            room[0, kept], room[1, kept], room[2, kept] = k, at, end
            kept += 1
        else:
            if at:
                return NO_REPEAT, kept
            tables[0, end] += one
    return FINE, kept


@compiled
def told_by_counts(at: Any, times: Any, everybody: Any, purchases: Any, more_than: Any, begin: int) -> Any:
    """The part of a BG/NBD likelihood that histograms tell: value, gradient (4) and Hessian (16) in r, α, a, b.

    ``begin`` is 1 when customers may leave at the very beginning (MBG/NBD), 0 when not.
    """
    r, alpha, a, b = at[0], at[1], at[2], at[3]
    found = np.zeros(21)
    customers = 0.0
    for j in range(len(times)):
        n, bought = everybody[j], purchases[j]
        if n > 0.0:
            customers += n
            log, inverse, weight = math.log(alpha + times[j]), 1.0 / (alpha + times[j]), r * n + bought
            found[0] -= weight * log
            found[1] -= n * log
            found[2] -= weight * inverse
            found[6] -= n * inverse
            found[10] += weight * inverse * inverse
    found[0] += customers * r * math.log(alpha)
    found[1] += customers * math.log(alpha)
    found[2] += customers * r / alpha
    found[6] += customers / alpha
    found[10] -= customers * r / (alpha * alpha)
    for k in range(len(more_than)):
        n, one = more_than[k], 1.0 / (r + k)
        found[0] += n * math.log(r + k)
        found[1] += n * one
        found[5] -= n * one * one
    for k in range(len(more_than) + begin):
        n = more_than[k - begin] if k >= begin else customers
        stay, both = 1.0 / (b + k), 1.0 / (a + b + k)
        found[0] += n * math.log((b + k) * both)
        found[3] -= n * both
        found[4] += n * (stay - both)
        found[15] += n * both * both
        found[16] += n * both * both
        found[20] += n * (both * both - stay * stay)
    found[9] = found[6]
    found[19] = found[16]
    return found


@compiled
def told_by_silence(at: Any, times: Any, rows: Any, stride: int, begin: int, most: int) -> Any:
    """The part of a BG/NBD likelihood that silence since the last purchase tells; as ``told_by_counts``.

    ``rows`` are x, places of recency and of T, and weight (empty: all count once). Every ``stride``-th customer is looked
    at. ``most`` is the largest x.
    """
    x, t, age, weight = rows
    r, alpha, a, b = at[0], at[1], at[2], at[3]
    logs, inverses = np.empty(len(times)), np.empty(len(times))
    for j in range(len(times)):
        logs[j], inverses[j] = math.log(alpha + times[j]), 1.0 / (alpha + times[j])
    odds, stays = np.empty(most + 1), np.empty(most + 1)
    for k in range(most + 1):
        m = b + k + begin - 1.0
        stays[k] = 1.0 / m if m > 0.0 else 0.0
        odds[k] = math.log(a / m) if m > 0.0 else 0.0
    product, value, above = 1.0, 0.0, 0.0
    p0 = pd = pg = pw = pu = pgv = pww = q0 = qd = qg = qw = qdd = qdg = qdw = qgg = qgw = qww = 0.0
    weighted = len(weight) > 0
    for i in range(0, len(x), stride):
        k, j, end = x[i], t[i], age[i]
        rate, d, u, w = r + k, logs[end] - logs[j], inverses[end] - inverses[j], stays[k]
        z = odds[k] + rate * d
        e = math.exp(-abs(z))
        f = 1.0 / (1.0 + e)
        p = f if z > 0.0 else e * f
        q = e * f * f
        if weighted:
            one = weight[i]
            value += one * (math.log(1.0 + e) + max(z, 0.0))
            p, q = p * one, q * one
        else:
            above += max(z, 0.0)
            product *= 1.0 + e
            if product > 1e150:
                value += math.log(product)
                product = 1.0
        g = rate * u
        p0 += p
        pd += p * d
        pg += p * g
        pw += p * w
        pu += p * u
        pgv += p * g * (inverses[end] + inverses[j])
        pww += p * w * w
        q0 += q
        qd += q * d
        qg += q * g
        qw += q * w
        qdd += q * d * d
        qdg += q * d * g
        qdw += q * d * w
        qgg += q * g * g
        qgw += q * g * w
        qww += q * w * w
    value += above + math.log(product)
    mixed, r_a, alpha_a, a_b = qdg + pu, qd / a, qg / a, -qw / a
    return stride * np.array([
        value, pd, pg, p0 / a, -pw,
        qdd, mixed, r_a, -qdw,
        mixed, qgg - pgv, alpha_a, -qgw,
        r_a, alpha_a, (q0 - p0) / (a * a), a_b,
        -qdw, -qgw, a_b, qww + pww,
    ])  # fmt: skip


@compiled
def _purchases_if_alive(rate: float, gone: float, stay: float, share: float) -> float:
    """E[Y] of one who has not left: rate shape r + x; drop-out beta(gone, stay); ``share`` = t / (α + T + t).

    The published formula divides by a − 1; with ε = a − 1 and 2F1 after Euler's transformation as a series, the division
    can be carried out term by term and a = 1 is no special case.
    """
    e, c = gone - 1.0, gone + stay - 1.0
    log = math.log1p(-share)
    first = -log if abs(e) < 1e-12 else -math.expm1(e * log) / e
    term, total = (c - rate) * share, 0.0
    for k in range(1, _MOST_TERMS):
        total += term
        term *= (gone + k - 1.0) * (c - rate + k) / (c + k) * share / (k + 1.0)
        if abs(term) <= 1e-15 * abs(total):
            break
    return max(c * first - math.exp(e * log) * total, 0.0)


@compiled
def forecast(at: Any, rows: Any, ahead: float, begin: int, steps: float, into: Any) -> None:
    """Probability of being alive and expected purchases in the time ``ahead``.

    ``rows`` are frequency, recency and T. ``into`` are two arrays: one with two rows for what is found; and one that
    remembers what is expected of one who is alive, which depends on x and the place of T only (NaN: not yet known).
    """
    frequency, recency, age = rows
    found, known = into
    r, alpha, a, b = at[0], at[1], at[2], at[3]
    for i in range(len(frequency)):
        x, t, T = frequency[i], recency[i], age[i]  # noqa: N806 -- as the field writes it
        m = b + x + begin - 1.0
        alive = 1.0
        if x > 0.0 or begin:
            alive = 1.0 / (1.0 + a / m * math.exp(min((r + x) * math.log((alpha + T) / (alpha + t)), 700.0)))
        k, j = int(x), int(T * steps + 0.5)
        here = steps > 0.0 and k < known.shape[0] and j < known.shape[1] and abs(T * steps - j) < _NEAR
        value = known[k, j] if here else math.nan
        if math.isnan(value):
            value = _purchases_if_alive(r + x, a, b + x + begin, ahead / (alpha + T + ahead))
            if here:
                known[k, j] = value
        found[0, i] = alive
        found[1, i] = alive * value


@compiled
def quantiles(at: Any, rows: Any, ahead: float, begin: int, tail: float, found: Any) -> None:
    """The ``tail`` and 1 − ``tail`` quantiles of the purchases in the time ``ahead``, into the two rows of ``found``.

    ``rows`` are frequency, T and the probability of being alive. After now, one who is alive buys like a new customer of BG/NBD with r + x, α + T, a and b + x; the distribution of his
    number of purchases is summed up until it passes the quantile.
    """
    frequency, age, alive = rows
    r, alpha, a, b = at[0], at[1], at[2], at[3]
    for i in range(len(frequency)):
        rate, stay = r + frequency[i], b + frequency[i] + begin
        share = ahead / (alpha + age[i] + ahead)
        poisson = math.exp(rate * math.log1p(-share))
        staying, told, n, low = 1.0, 0.0, 0, -1
        cumulated = 1.0 - alive[i]
        while n < _MOST_PURCHASES:
            chance = staying * poisson
            if n > 0:
                chance += staying * a / (stay + n - 1.0) * max(1.0 - told, 0.0)
            cumulated += alive[i] * chance
            if low < 0 and cumulated >= tail:
                low = n
            if cumulated >= 1.0 - tail - 1e-12:
                break
            told += poisson
            poisson *= (rate + n) / (n + 1.0) * share
            staying *= (stay + n) / (a + stay + n)
            n += 1
        found[0, i], found[1, i] = max(low, 0), n


@compiled
def spending_sums(total: Any, frequency: Any, weight: Any, v: float) -> Any:
    """Σ ln(S + v), Σ x ln(S + v) and the same of 1 / (S + v) and of its square, S being a customer's total."""
    l0 = l1 = i0 = i1 = s0 = s1 = 0.0
    weighted = len(weight) > 0
    for n in range(len(total)):
        x, one = frequency[n], weight[n] if weighted else 1.0
        both = total[n] + v
        log, inverse = one * math.log(both), one / both
        square = inverse / both
        l0 += log
        l1 += x * log
        i0 += inverse
        i1 += x * inverse
        s0 += square
        s1 += x * square
    return np.array([l0, l1, i0, i1, s0, s1])


@compiled
def _ways(at: Any, x: float, t: float, T: float, nodes: Any, into: Any) -> float:  # noqa: N803 -- as the field writes it
    """Fill logarithms and slopes of all that may have become of a customer; gives the largest logarithm."""
    r, alpha, s, beta = at[0], at[1], at[2], at[3]
    points, shares = nodes
    logs, slopes = into
    least = min(alpha, beta)
    reach = min(math.log((T + least) / (t + least)), 45.0 / (r + x + s))
    highest = -math.inf
    for j in range(len(logs)):
        gone = 1.0 if j else 0.0
        u = (t + least) * math.exp(reach * points[j - 1]) - least if j else T
        la, lb = math.log(alpha + u), math.log(beta + u)
        logs[j] = -(r + x) * la - (s + gone) * lb
        slopes[j, 0], slopes[j, 1] = -la, -(r + x) / (alpha + u)
        slopes[j, 2], slopes[j, 3] = gone / s - lb, -(s + gone) / (beta + u)
        if j:
            logs[j] += math.log(s * shares[j - 1] * (u + least) * reach) if reach > 0.0 else -math.inf
        highest = max(highest, logs[j])
    return highest


@compiled
def pareto(at: Any, rows: Any, nodes: Any) -> Any:
    """Log-likelihood of Pareto/NBD but for ln Γ(r + x)/Γ(r), with gradient (4) and Hessian (16) in r, α, s, β.

    ``rows`` are frequency, recency, T and weight; ``nodes`` points and weights of a quadrature on (0, 1).

    What a customer contributes is a sum: alive until T, or gone at some u between the last purchase and T. The integral
    over u is taken by Gauss–Legendre in ln(u + min(α, β)), as far as the integrand matters; no 2F1 is needed, and the
    derivatives are those of a sum of exponentials.
    """
    frequency, recency, age, weight = rows
    r, s = at[0], at[2]
    count = len(nodes[0]) + 1
    logs, slopes = np.empty(count), np.empty((count, 4))
    found, mean = np.zeros(21), np.empty(4)
    for i in range(len(frequency)):
        shape, one = r + frequency[i], weight[i]
        if one == 0.0:
            continue
        highest = _ways(at, frequency[i], recency[i], age[i], nodes, (logs, slopes))
        for j in range(count):
            logs[j] = math.exp(logs[j] - highest)
        total = logs.sum()
        found[0] += one * (highest + math.log(total))
        mean[:] = 0.0
        for j in range(count):
            p, leaving = one * logs[j] / total, s + (1.0 if j else 0.0)
            for m in range(4):
                mean[m] += p * slopes[j, m]
                for n in range(4):
                    found[5 + 4 * m + n] += p * slopes[j, m] * slopes[j, n]
            rate, decay = slopes[j, 1] / shape, slopes[j, 3] / leaving
            found[6] += p * rate
            found[9] += p * rate
            found[10] += p * shape * rate * rate
            found[15] -= p * (leaving - s) / (s * s)
            found[16] += p * decay
            found[19] += p * decay
            found[20] += p * leaving * decay * decay
        for m in range(4):
            found[1 + m] += mean[m]
            for n in range(4):
                found[5 + 4 * m + n] -= mean[m] * mean[n] / one
    return found
