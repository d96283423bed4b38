"""Regulars (熟客): a CRM that knows its customers better and proves in money what it did.

The map of the house is ARCHITECTURE.md; each package's ``__init__`` says what that room is for.
"""

__version__ = "0.2.0"
