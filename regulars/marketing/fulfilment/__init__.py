"""Literature: catalogues, samples and brochures that customers ask for, put into lists, labelled, sent and marked as sent.

``actions.request`` notes one wish, ``actions.make`` a list for many customers at once, ``labels`` the file for the printer.
"""
