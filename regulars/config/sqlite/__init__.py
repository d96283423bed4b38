"""Django's SQLite backend with a fair gate before every write transaction."""
