"""The core: who the customers are and everything that happened with them.

Words: a *party* is a person, an organisation or a household; it has *roles* over time, *relations* to other
parties, *contact points*, *identifiers* in other systems, *consents*, *assets* and *contracts*. An *event* is
one entry of the append-only timeline. The *summary* is what lists and the customer page read.

Main verbs: ``actions.create_party``, ``actions.change_party``, ``actions.log_note``, ``actions.add_task``,
``timeline.record``, ``queries.find_parties``; ``Party.objects.visible_to(user)`` is the rule of who sees what.
"""
