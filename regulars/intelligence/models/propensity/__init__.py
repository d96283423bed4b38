"""Who is likely to do something, how likely, and why: calibrated additive models on what was known at a cut-off.

``columns``     columns cut into bins
``additive``    ``AdditiveModel``: log-odds as a sum of one function a feature, so that its reasons are exact
``calibration`` ``Isotonic``: scores into probabilities, with their interval
``leakage``     ``find_leakage``: features that know the future
``evaluate``    shuffled and forward in time, side by side
``snapshot``    what was known of each customer at a cut-off, and what came then
"""
