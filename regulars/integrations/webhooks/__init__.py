"""Webhooks: what happens on the timeline, told to other systems: signed, retried for three days, replayable.

A trigger writes an outbox row in the transaction of each entry; the worker turns committed rows into deliveries for every
subscription that may see the customer, and sends them. At least once: a receiver knows a repeat by the message's id.
"""
