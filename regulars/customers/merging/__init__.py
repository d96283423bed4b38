"""Merging two records of one party, and taking them apart again: what hangs on a party, and how each is moved.

Every room declares what it hangs on a party (``holdings.py`` of the room, found by itself)::

    from regulars.customers.merging.registry import Holding, How, declare
    declare(Holding(Order, "customer", How.MOVE, label=_("Orders"), source="source"))

``registry`` holds the declarations, ``moves`` carries them out and back in sets and writes each row to ``MergeMove``,
``combine`` knows the few that are more than a re-pointing, ``choices`` decides field by field. The verbs are
``customers.actions.merge_parties`` and ``unmerge``.
"""
