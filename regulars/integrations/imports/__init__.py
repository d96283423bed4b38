"""Import of orders, customers and timeline events from files: look, map, preview, run, correct, undo.

Words: an *import job* is one file; a *mapping* says which column is what; a *batch* is what it brought.
"""
