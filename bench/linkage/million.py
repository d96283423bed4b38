"""Link many drawn records in this process and say what came of it, as JSON: `python -m bench.linkage.million COUNT`."""

import json
import sys
import time
from array import array
from collections import Counter
from collections.abc import Iterator

from bench.linkage import linked
from bench.linkage.synthetic import people
from regulars.intelligence.models.linkage.records import Record
from regulars.intelligence.models.linkage.weights import THRESHOLD


def main(count: int) -> None:
    """Records are drawn as they are read; drawing is taken out of the time."""
    person, drawing = array("l"), 0.0

    def drawn() -> Iterator[Record]:
        nonlocal drawing
        source = people(count)
        while True:
            started = time.perf_counter()
            found = next(source, None)
            drawing += time.perf_counter() - started
            if found is None:
                return
            person.append(found[1])
            yield found[0]

    pairs, seconds = linked(drawn(), least=THRESHOLD)
    true = sum(size * (size - 1) // 2 for size in Counter(person).values())
    hits = sum(person[left] == person[right] for left, right, _ in pairs)
    precision, recall = hits / max(len(pairs), 1), hits / max(true, 1)
    told = {
        "records": count,
        "seconds": seconds - drawing,
        "pairs": len(pairs),
        "precision": precision,
        "recall": recall,
        "f1": 2 * precision * recall / max(precision + recall, 1e-9),
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main(int(sys.argv[1]))
