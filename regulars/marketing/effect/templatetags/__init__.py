"""Template tags: a report in words, what could be found before a start."""
