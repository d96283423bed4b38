"""Measurements of the product, one file each: `./run bench [NAME...] --json FILE --docs`.

A file here has a docstring that says what is measured and why, and one function:

    def run(context: Context) -> list[Figure]: ...

`Context` gives it an empty home, the real data, the product's command line and server, and stop watches.
"""

from bench.harness import Context, Figure, Unavailable

__all__ = ["Context", "Figure", "Unavailable"]
