"""The law on personal data: telling a person what is held, and letting the person go while facts and sums stay.

Every room declares, for each table that hangs on a party, which columns are words about the person and which are facts
(``privacy.py`` of the room, found by itself)::

    from regulars.customers.privacy.registry import Trace, declare
    declare(Trace(Return, "customer", clear={"reason": ""}, keeps={"number": "fact of trade"}))

A column of text that nobody declares fails the contract test. ``registry`` holds the declarations and carries them out,
``traces`` are those of the record itself, ``payloads`` says what may stay of an entry's payload, ``told`` gathers
everything for the person. The verbs are ``customers.actions.erase_person`` and ``customers.queries.personal_data``.
"""
