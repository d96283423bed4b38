"""May we say this to them now? Consent, suppressed addresses, quiet hours and caps, decided in one place.

``queries.decide`` is asked when a message is made and again when it is sent; ``actions`` suppresses, unsubscribes, takes
choices of the preference centre and confirmations by link, and counts what was sent. ``links`` makes the addresses that
stand in messages.
"""
