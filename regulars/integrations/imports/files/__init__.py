"""Files as tables: is it one, how is it written, what are its columns, and its rows as lists of text.

``look(path)`` finds out, ``rows(path, look)`` reads. Nothing here knows what the columns mean.
"""

from regulars.integrations.imports.files.broken import Broken, Row
from regulars.integrations.imports.files.form import Column, Corrections, Look
from regulars.integrations.imports.files.look import look
from regulars.integrations.imports.files.reader import rows

__all__ = ["Broken", "Column", "Corrections", "Look", "Row", "look", "rows"]
