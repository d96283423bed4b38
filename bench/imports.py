"""How fast files come in, what that needs, and that the sums tie out.

Online Retail II (525,461 order lines, gzipped) into an empty home, the same file again, and the undo of all of it; fifty
thousand customers with addresses and phones. Seconds are those of the whole command, with starting the process; the
refresh of the analysis is measured elsewhere. The peers' figure is the best rate measured for importing into Odoo 19,
BottleCRM and DjangoCRM on like hardware.
"""

import csv
import statistics
from pathlib import Path

from bench import Context, Figure, Unavailable

TARGET_SECONDS, TARGET_MB = 60.0, 1_000.0
PEER, PEER_ROWS_PER_SECOND = "Odoo 19, BottleCRM, DjangoCRM (best)", 184.0
CUSTOMERS = 50_000
LINES, BUYERS, REVENUE = 525_461, 4_383, "9539484.63"


def fresh(context: Context, name: str) -> Path:
    """An initialised home of its own."""
    home = context.home / name
    home.mkdir()
    context.regulars("init", "--json", home=home)
    return home


def orders(context: Context) -> list[Figure]:
    """Online Retail II, first, again and taken back."""
    file = str(next(context.data("retail_online_retail_II").glob("*.csv.gz")))
    words = ("import", file, "--set", "currency=GBP", "--no-refresh", "--json")
    homes = [fresh(context, f"orders-{number}") for number in range(min(context.runs, 3))]
    first = [context.regulars(*words, home=home) for home in homes]
    found = first[0].json
    if (found["accepted"], found["customers_created"], found["revenue"]) != (LINES, BUYERS, REVENUE):
        raise RuntimeError(f"the import does not tie out: {found}")
    again = context.regulars(*words, home=homes[0])
    undone = context.regulars("undo", str(found["batch"]), "--json", home=homes[-1])
    seconds = statistics.median(run.seconds for run in first)
    return [
        Figure("Online Retail II: import of 525,461 lines", seconds, "s", target=TARGET_SECONDS),
        Figure(
            "Online Retail II: lines a second",
            LINES / seconds,
            "rows/s",
            peer=PEER,
            peer_value=PEER_ROWS_PER_SECOND,
            better="more",
        ),
        Figure("Online Retail II: processor time", statistics.median(run.cpu_seconds for run in first), "s"),
        Figure("Online Retail II: memory", max(run.peak_mb for run in first), "MB", target=TARGET_MB),
        Figure("Online Retail II: the same file again", again.seconds, "s", target=TARGET_SECONDS),
        Figure("Online Retail II: undo, with a refresh", undone.seconds, "s"),
    ]


def customers(context: Context) -> list[Figure]:
    """People with e-mail, mobile and address, and the same again with every tenth moved."""
    home, file = fresh(context, "customers"), context.home / "customers.csv"
    write(file, moved=False)
    words = ("import", str(file), "--no-refresh", "--json")
    first = context.regulars(*words, home=home)
    write(file, moved=True)
    second = context.regulars(*words, home=home)
    if second.json["customers_changed"] != CUSTOMERS // 10:
        raise RuntimeError(f"every tenth customer should have changed: {second.json}")
    return [
        Figure(
            "customers: rows a second",
            CUSTOMERS / first.seconds,
            "rows/s",
            peer=PEER,
            peer_value=PEER_ROWS_PER_SECOND,
            better="more",
        ),
        Figure("customers: the next export, every tenth changed", CUSTOMERS / second.seconds, "rows/s", better="more"),
        Figure("customers: memory", max(first.peak_mb, second.peak_mb), "MB", target=TARGET_MB),
    ]


def write(path: Path, *, moved: bool) -> None:
    """Customers with plausible cells."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["會員編號", "姓名", "電子郵件", "手機", "縣市", "地址"])
        for number in range(CUSTOMERS):
            street = f"中山路{number % 900 + (1 if moved and number % 10 == 0 else 0)}號"
            mobile = f"09{number % 100_000_000:08}"
            writer.writerow([f"M{number}", f"王大明{number}", f"m{number}@example.tw", mobile, "台北市", street])


def run(context: Context) -> list[Figure]:
    """Orders where the real file is at hand, and customers."""
    try:
        found = orders(context)
    except Unavailable:
        found = []
    return [*found, *customers(context)]
