"""Customers out: everything that is known of them as a table that comes back in, as vCards, and in the columns of other systems.

``rows.py`` reads customers in portions, ``tables.py`` and ``cards.py`` write them, ``formats.py`` says which ways there are.
"""
