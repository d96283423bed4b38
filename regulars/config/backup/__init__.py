"""Backup and restore: the whole system as one file, from either database to either, proven equal.

``tables`` knows which tables there are and reads them in one neutral form · ``archive`` is the file · ``create``
writes it while people work · ``restore`` puts it back, all or nothing, and proves that every table is as it was.
"""
