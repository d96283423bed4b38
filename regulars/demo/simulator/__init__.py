"""The demonstration company as arrays: who each customer is, what they do and what becomes of the relationship.

Plain numpy without Django. ``model`` states every parameter; ``relationships`` lives through the weeks and knows the
true stage at each; ``baskets``, ``returns`` and ``contacts`` draw what happens around each order; ``company.generate``
puts them together, in chunks of bounded memory, the same arrays for the same seed and day. docs/demo.md explains.
"""
