"""What kinds of customers there are: clusters that keep their names, profiles, two ways of buying, wallets.

``clusters`` ``Clusters``: how many there are is decided by stability; labels are matched to those of the run before
``profiles`` what marks a group: lift over all, with interval, many comparisons allowed for
``mixture``  ``TwoMixture``: transaction- or relationship-oriented, with the probability of each customer
``wallet``   how much a customer could spend, by like customers
"""
