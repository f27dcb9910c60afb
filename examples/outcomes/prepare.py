# ruff: noqa: INP001 - a script to run, no package
"""Files that need more than a mapping, as CSV on standard output.

    python prepare.py cdnow CDNOW_sample.txt > cdnow.csv
    python prepare.py olist FOLDER > orders.csv
    python prepare.py numbered events.csv > numbered.csv

CDNOW's file has neither heads nor commas. Olist's orders name a customer anew for each order: who
it is stands in another file, what was paid in a third. An event log needs a name for each row.
"""

import csv
import gzip
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

Row = dict[str, str]


def cdnow(path: Path) -> Iterator[Row]:
    """Yield purchases: the customer's number, the day, how many CDs, dollars."""
    for number, line in enumerate(path.read_text("ascii").splitlines(), 1):
        if line.strip():
            *ids, day, count, dollars = line.split()
            yield {"row": str(number), "customer": ids[0], "date": day, "cds": count,
                   "dollars": dollars}  # fmt: skip


def olist(folder: Path) -> Iterator[Row]:
    """Yield orders with the customer and the sum of their prices."""
    who = {row["customer_id"]: row for row in _read(_one(folder, "customers"))}
    price: dict[str, float] = defaultdict(float)
    for row in _read(_one(folder, "order_items")):
        price[row["order_id"]] += float(row["price"])
    for row in _read(_one(folder, "orders")):
        customer = who.get(row["customer_id"], {})
        paid = price.get(row["order_id"])
        yield row | {
            "customer_unique_id": customer.get("customer_unique_id", ""),
            "customer_state": customer.get("customer_state", ""),
            "price": "" if paid is None else f"{paid:.2f}",
        }


def numbered(path: Path) -> Iterator[Row]:
    for number, row in enumerate(_read(path), 1):
        yield {"row": str(number)} | row


def _one(folder: Path, what: str) -> Path:
    return next(folder.glob(f"olist_{what}_dataset.csv*"))


def _read(path: Path) -> Iterator[Row]:
    packed = path.suffix == ".gz"
    with (
        gzip.open(path, "rt", encoding="utf-8-sig", newline="")
        if packed
        else path.open(encoding="utf-8-sig", newline="") as file
    ):
        yield from csv.DictReader(file)


def write(rows: Iterable[Row]) -> None:
    found = iter(rows)
    first = next(found)
    writer = csv.DictWriter(sys.stdout, list(first), lineterminator="\n")
    writer.writeheader()
    writer.writerow(first)
    writer.writerows(found)


if __name__ == "__main__":
    write({"cdnow": cdnow, "olist": olist, "numbered": numbered}[sys.argv[1]](Path(sys.argv[2])))
