"""Writes the simulated company into the record: staff, products, then chunk by chunk customers, trade and timeline.

Whole columns go to the database (``bulk``): COPY on PostgreSQL, ``executemany`` on SQLite. Keys are given out here, so
that rows can refer to each other before they are written.
"""
