"""How long callers wait, and how many give up: Erlang B, C and A.

``load`` is in erlangs: calls per unit of time × mean handling time. Times are all in one unit.

Sources: Erlang 1917; Palm 1957 for impatient callers; Mandelbaum & Zeltyn, Service engineering in action: the Palm/
Erlang-A queue (2007). The blocking probability is built up agent by agent, so that no factorial is needed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

_LONGEST_QUEUE: Final = 1_000_000


@dataclass(frozen=True)
class Queue:
    """What callers meet.

    Attributes:
        waits: probability of having to wait at all.
        service_level: share answered within the time asked for; of all who call.
        mean_wait: mean time in the queue, over all callers; infinite when the queue grows without end.
        occupancy: share of their time that agents talk.
        abandoned: share who give up.
    """

    waits: float
    service_level: float
    mean_wait: float
    occupancy: float
    abandoned: float = 0.0


def erlang_b(load: float, agents: int) -> float:
    """Probability that all agents are busy when nobody can wait.

    Raises:
        ValueError: a negative load or number of agents.
    """
    if not (load >= 0.0 and agents >= 0):
        raise ValueError("load and agents must not be negative")
    blocked = 1.0
    for agent in range(1, agents + 1):
        blocked = load * blocked / (agent + load * blocked)
    return blocked


def erlang_c(load: float, agents: int, *, handle: float, within: float) -> Queue:
    """Patient callers: who finds all agents busy waits as long as it takes.

    Args:
        handle: mean handling time.
        within: the time within which calls are to be answered.
    """
    blocked = erlang_b(load, agents)
    if load >= agents:
        return Queue(1.0, 0.0, math.inf, 1.0) if load > 0 or not agents else Queue(0.0, 1.0, 0.0, 0.0)
    waits = agents * blocked / (agents - load * (1.0 - blocked))
    level = 1.0 - waits * math.exp(-(agents - load) * within / handle)
    return Queue(waits, level, waits * handle / (agents - load), load / agents)


def erlang_a(load: float, agents: int, *, handle: float, patience: float, within: float) -> Queue:
    """Callers who give up after an exponential time of mean ``patience``; the queue never grows without end.

    The states (callers in the system) are summed until they no longer count. Who finds n waiting is served after n + 1
    departures of any kind; e^(−θ wait), θ being the rate of giving up, is then beta(agents / θ, n + 1) distributed.

    Args:
        handle: mean handling time.
        patience: mean time after which a caller gives up.
        within: the time within which calls are to be answered.

    Raises:
        ValueError: no agent, a negative load, or a time that is not positive.
    """
    if agents < 1 or not (load >= 0.0 and handle > 0.0 and patience > 0.0):
        raise ValueError("at least one agent, a load that is not negative, and positive times are needed")
    if load == 0.0:
        return Queue(0.0, 1.0, 0.0, 0.0)
    from scipy import special  # noqa: PLC0415 -- heavy, and only needed here

    leaving = handle / patience
    ways = 1.0 / erlang_b(load, agents)
    queue = [1.0]
    while queue[-1] > 1e-17 * ways and len(queue) < _LONGEST_QUEUE:
        queue.append(queue[-1] * load / (agents + len(queue) * leaving))
    ways += math.fsum(queue[1:])
    waits = math.fsum(queue) / ways
    length = math.fsum(n * weight for n, weight in enumerate(queue)) / ways
    abandoned = length * leaving / load
    free = agents / leaving
    chance = -math.expm1(-leaving * within / handle)
    answered = math.fsum(
        weight / ways * free / (free + n + 1.0) * float(special.betainc(n + 1.0, free + 1.0, chance))
        for n, weight in enumerate(queue)
    )
    occupancy = load * (1.0 - abandoned) / agents
    return Queue(waits, 1.0 - waits + answered, length / load * handle, occupancy, abandoned)
