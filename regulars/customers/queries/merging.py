"""Before a merge, and before it is undone: what it would do."""

from __future__ import annotations

from regulars.customers.models import Identifier, Merge, MergeMove


def systems_of_loser_alone(merge: Merge) -> set[str]:
    """The systems of the numbers that would go back to the loser and in which the winner has no number of its own."""
    moved = MergeMove.objects.filter(merge=merge, table=Identifier._meta.label_lower)
    here = Identifier.objects.filter(party=merge.winner_id)
    going = set(here.filter(pk__in=moved.values("object_id")).values_list("system", flat=True))
    staying = set(here.exclude(pk__in=moved.values("object_id")).values_list("system", flat=True))
    return going - staying
