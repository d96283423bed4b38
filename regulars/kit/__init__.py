"""Plain helpers without Django: money, clock, phone, text (CJK), ids, errors.

The lowest layer: everything may import it, it imports nothing of ours.
"""
