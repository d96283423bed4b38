"""The garbage collector of a server looks only at what is new."""

import subprocess
import sys

SAYS = """
import gc
from regulars.config import collector

class Thing: ...

gc.disable()
kept = [Thing() for _ in range(5_000)]
collector.settle()
began = gc.get_freeze_count()
assert began > 5_000 and len(gc.get_objects()) < 1_000, (began, len(gc.get_objects()))
for _ in range(collector.SETTLING - 1):
    kept += [Thing() for _ in range(1_000)]
    gc.collect()
assert not gc.callbacks
settled = gc.get_freeze_count()
assert settled >= began + 1_000 * (collector.SETTLING - 1)
later = [Thing() for _ in range(1_000)]
gc.collect()
assert gc.get_freeze_count() == settled
kept.clear()
assert gc.get_freeze_count() < settled - 5_000, "what nobody refers to is freed all the same"
circle = []
circle.append(circle)
del circle
assert gc.collect() >= 1
print("settled")
"""


def test_what_a_server_holds_for_good_is_set_aside_and_the_rest_still_collected() -> None:
    told = subprocess.run([sys.executable, "-c", SAYS], capture_output=True, text=True, check=False)
    assert told.stdout.strip() == "settled", told.stderr
