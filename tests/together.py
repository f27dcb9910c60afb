"""Several who do the same at the same time, each in a thread and a connection of its own."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

from django.db import connection

T = TypeVar("T")


def at_once(work: Callable[[int], T], workers: int = 4) -> list[T]:
    """Return what `work(number)` gives each of the workers, who begin together.

    What one of them raises is raised. The test needs `django_db(transaction=True)`.
    """
    start = Barrier(workers, timeout=60)

    def run(number: int) -> T:
        start.wait()
        try:
            return work(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(run, range(workers)))
