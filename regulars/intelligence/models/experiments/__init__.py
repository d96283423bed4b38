"""What an act did beyond what would have happened anyway: the mathematics of control groups.

``assignment``    who is in which arm, and who is held out of everything: a hash, the same in every language
``sums``          ``Sums``: all that is kept of an arm; whole numbers that add up exactly and give a unit back
``sample_ratio``  whether the arms came out as large as they were meant to be
``effect``        the difference of two arms, plain or adjusted by what was known before; relative lift
``sequential``    ``AlwaysValid``: intervals and p-values that hold however often one looks
``looks``         the same over a whole course of looks, as arrays
``crossing``      how likely a drift is found by somebody who looks all the time
``power``         before the start: what can be found, and how long it takes
``value``         money: what was earned, after costs; the effect on those who were reached
``several``       more than two arms

Everything but arrays of units or looks runs without numpy, so that a form may ask for it while somebody types.
"""
