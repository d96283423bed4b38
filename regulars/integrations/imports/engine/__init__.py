"""Carrying a plan out: parse rows, settle them against the record, write them, in chunks that can be resumed.

``run.Run`` drives; ``orders``, ``customers``, ``events``, ``payments``, ``products`` know one kind each.
"""
