"""Clicks and openings of messages: told, never trusted blindly, and only of whom allows it.

``links`` makes the addresses that stand in messages, ``actions`` records what comes of them and settles whether it was a
person, ``queries`` says whether and of whom anything may be recorded. docs/content.md.
"""
