"""What goes into the log: refusals in one line, failures with their traceback."""

from __future__ import annotations

import logging


class BriefRefusals(logging.Filter):
    """Takes the traceback off answers below 500: that somebody may not see a page is no failure of the program."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Always True; the record may lose its traceback."""
        status = getattr(record, "status_code", None)
        if isinstance(status, int) and status < 500:
            record.exc_info = record.exc_text = None
        return True
