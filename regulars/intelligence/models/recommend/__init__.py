"""What a customer will buy again, and what new: two lists, never one.

``linear``  what goes with what: ``EASE`` and ``ItemItem``, for things not yet bought
``again``   own repeats, for things already bought
``offers``  what of it to offer: margin and stock
"""
