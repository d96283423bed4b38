"""Every message that leaves: one row with a key of its own, sent once, or said to be uncertain.

``actions.put`` writes messages in the transaction of the decision, ``tasks`` leases and sends them beside the worker,
``transports`` carry them (captured by default: nothing leaves), ``contents`` renders what is rendered at the last moment,
``permission`` asks once more whether it may be said. docs/outbox.md tells the order of things and what a crash leaves.
"""
