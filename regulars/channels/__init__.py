"""How the company and a customer talk: what every channel has in common, and one folder per channel.

Conversations are logged by hand (notes, calls, visits, letters; ``actions.log_contact`` is the verb), and every message
that leaves is a row of ``outbox``.
"""
