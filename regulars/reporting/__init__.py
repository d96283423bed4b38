"""Django's face of the intelligence platform: loads facts into the warehouse, runs analyses, writes scores back, shows results.

Main verbs: ``actions.refresh`` (facts down, scores up); ``queries.latest`` (the newest result of an analysis).
"""
