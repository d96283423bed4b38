"""Facts in columns: extracted from the record, kept as Parquet, read through DuckDB. The only place that opens an engine.

``tables`` says what a published table is, ``extract`` copies it out of a database, ``store`` keeps segments and the
manifest, ``engine`` opens DuckDB over them, ``ledger`` makes the shared order-level tables that every analysis reads.

The facts that lie in an opened engine, one view each. Money is minor units of ``currency``, moments (``…_at``) are seconds
since 1970 in UTC, days are days since 1970-01-01 in the company's zone; ids are those of the record:

========================  ===========================================================================================
``orders``                order_id, customer_id (empty: anonymous), ordered_at, day, amount, goods, cost, lines, quantity, channel,
                          currency, recorded_at
``lines``                 order_id, line_id, customer_id, ordered_at, day, product_id (empty: not named), quantity, amount, cost
                          (empty: unknown), currency, channel, returned (pieces back by now). Goods only, no fees; the lines of an
                          order lie beside each other, sorted by line_id
``returns``               return_id, customer_id, order_id, returned_at, day, amount, goods, cost, currency (zero or less)
``return_lines``          return_id, return_line_id, customer_id, order_id, line_id, returned_at, day, product_id, quantity, amount,
                          cost, currency (zero or less)
``products``              product_id, code, name, category (the group as it was named, may be a path), price, cost, currency
``parties``               party_id, kind, city, created_at, day, updated_at, courted
``contacts``              event_id, customer_id, occurred_at, day, kind, channel
``complaints``            task_id, customer_id, opened_at, day, settled_at, settled_day
``contracts``             contract_id, customer_id, kind, starts_day, ends_day, ended_day, amount, currency, renews, follows_id
========================  ===========================================================================================

``ledger`` adds ``purchase`` and ``customer``. Facts after ``horizon.today`` lie there too: filter ``day <= today``.
"""
