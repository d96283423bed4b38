"""One believable company, drawn by a seeded simulator from a stated model, so that the truth is known.

``simulator`` (plain numpy) draws who each customer is and what they do; ``loader`` writes it into the record.
"""
