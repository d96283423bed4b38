"""Facts in columns: extracted from the record, kept as Parquet, read through DuckDB. The only place that opens an engine.

``tables`` says what a published table is, ``extract`` copies it out of a database, ``store`` keeps segments and the
manifest, ``engine`` opens DuckDB over them, ``ledger`` makes the shared order-level tables that every analysis reads.
"""
