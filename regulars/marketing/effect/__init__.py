"""What an act did beyond what would have happened anyway, on this company's own record.

``actions``    declare an experiment before its start, say who is in which arm, end it, hold out from all of marketing
``measures``   what is counted of a customer: orders, revenue, margin, unsubscribing, complaining; others may register
``sums``       a few numbers a half hour and arm, kept true by marks that triggers of the database leave
``queries``    the report of an experiment, what can be found before it starts, the customers of an arm

The mathematics is ``regulars.intelligence.models.experiments`` (docs/experiments.md).
"""
