"""`./run chaos`: whoever works is killed with -9 at random; then it is counted what arrived twice, never, or wrongly.

``senders``: an outbox full of messages is sent · ``campaign``: a campaign is started. Exit code 1 when a promise was broken.
"""
