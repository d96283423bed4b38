"""The generic list: state in the URL, narrowing, keyset pages, totals, cells, export."""
