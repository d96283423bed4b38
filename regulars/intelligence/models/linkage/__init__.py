"""Which two records are one customer? Probabilistic record linkage after Fellegi and Sunter, learned without examples.

``records`` brings a record into the form in which it is compared, ``agreement`` holds the tests (each in SQL and in
Python), ``spec`` the words in which a model is declared; ``people``, ``organisations`` and ``households`` are the
three models. ``learn`` finds the parameters (``em``), ``link`` finds the pairs; both work in the engine on tables made
by ``tables``. ``weights`` holds what was learned and scores two records without any engine, for the web process.

Sources: Fellegi & Sunter (1969), *A theory for record linkage*, JASA 64; Winkler (1990, 2006) on string comparison and
EM; Larsen & Rubin (2001), *Iterative automated record linkage using mixture models*, JASA 96, for the third class
(another person under the same roof).
"""
