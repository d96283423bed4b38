"""Campaigns: a declared goal, an audience, an offer with its costs, words in both languages, and a control group.

``actions`` make, schedule, start, pause and stop; ``sending`` carries a started one out in parts that may be killed at any time;
``forecast`` says before the start whom it reaches, what it costs and what can be found; ``queries`` tell where it stands.
What it did beyond what would have happened anyway is told by ``marketing.effect``. docs/campaigns.md.
"""
