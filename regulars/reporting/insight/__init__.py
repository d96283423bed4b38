"""Insight: one page per analysis, all made of what its result says of itself (``intelligence.analyses.base``).

``charts``  stored charts as options and tables for the chart component
``links``   stored selections as addresses of the list of customers
``page``    a page, a card of the index, and what to do about it
``trusting`` the back-tests of every model, for the trust page and for greying
``steps``   saving a list, putting it on Today
"""
