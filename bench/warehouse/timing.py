"""Processor seconds."""

import resource
import statistics
from collections.abc import Callable


def processor() -> float:
    """Seconds of the processor that this process has used, over all its threads."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def median(runs: int, function: Callable[[], object]) -> float:
    """Median processor seconds of some calls, after one that is not counted."""
    taken = []
    for _ in range(runs + 1):
        started = processor()
        function()
        taken.append(processor() - started)
    return statistics.median(taken[1:])


def spent(function: Callable[[], object]) -> float:
    """Processor seconds of one call."""
    started = processor()
    function()
    return processor() - started
