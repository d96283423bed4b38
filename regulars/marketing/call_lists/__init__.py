"""Telemarketing: lists of customers to call, one agent and one customer at a time, with a script and what came of each call.

``actions.make`` makes a list, ``calling`` hands out the next customer under a lease and asks for permission at that moment,
``outcomes`` writes down what came of a call: an entry on the timeline, a callback, a refusal, the next try.
"""
