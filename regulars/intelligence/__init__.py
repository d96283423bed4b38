"""The intelligence platform as a plain library, without Django: warehouse, models, analyses.

``warehouse`` holds facts in columns and is the only place that opens an engine; ``models`` are estimators with
``fit``; ``analyses`` are one file per question. A notebook needs nothing but this package.
"""
