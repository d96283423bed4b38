"""Segments: groups of customers by rule, always current, with who entered and left when and why.

``conditions`` say what can be asked of a customer, ``definition`` puts them together to a rule, ``actions`` keep the members:
triggers note whom a change touches (``Mark``), the worker looks at just these again, and at those whose days have run out.
"""
