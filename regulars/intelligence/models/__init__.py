"""Estimators: ``fit`` returns self, what was learned ends in an underscore. They read numpy columns, never a database.

``rhythm``  how long a customer's intervals between purchases are, and how improbable a silence is
``leaving`` how often customers leave after their nth purchase, and how likely one has left
``journey`` the eight stages, replayed purchase by purchase
"""
