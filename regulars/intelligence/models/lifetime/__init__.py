"""How often customers will still buy, for how much, and how long they stay.

Without a contract nobody says that he has left; it must be told from silence:

``dropout``   BG/NBD and MBG/NBD: buying at an own rate, leaving after a purchase with an own probability
``pareto``    Pareto/NBD: the same with leaving at any moment
``spending``  gamma-gamma: what a purchase of each customer is worth

With a contract the end is seen:

``contracts`` shifted beta-geometric: renewals period by period
``survival``  Kaplan–Meier and Cox

``outlook`` makes of a house's purchases what each customer is expected to do, ``tested`` tries it as of earlier days.

``histories`` reads a customer's purchases as three numbers, ``newton`` climbs, ``kernels`` holds the compiled loops.
"""
