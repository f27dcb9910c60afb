"""Threads that come together share one write; each hears what became of its own."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from troth.core.groups import Group

PATIENT = 10


def test_those_who_come_during_a_write_share_the_next():
    written, begun, go_on = [], threading.Event(), threading.Event()

    def write(things):
        written.append(sorted(things))
        begun.set()
        assert go_on.wait(PATIENT)

    group = Group(write)
    with ThreadPoolExecutor(9) as pool:
        first = pool.submit(group.put, [0])
        assert begun.wait(PATIENT)
        others = [pool.submit(group.put, [number]) for number in range(1, 9)]
        while len(group._queue) < 8:
            pass
        go_on.set()
        for one in (first, *others):
            assert one.result(PATIENT) is None
    assert written == [[0], [1, 2, 3, 4, 5, 6, 7, 8]]


def together(group, numbers, begun, go_on):
    """Put each number in a thread of its own, the first alone; return who heard which error."""
    heard = []

    def put(number):
        try:
            group.put([number])
        except BaseException as told:  # noqa: BLE001 - whatever it was is looked at
            heard.append((number, type(told), told.args))

    threads = [threading.Thread(target=put, args=[number]) for number in numbers]
    threads[0].start()
    assert begun.wait(PATIENT)
    for thread in threads[1:]:
        thread.start()
    while len(group._queue) < len(numbers) - 1:
        pass
    go_on.set()
    for thread in threads:
        thread.join(PATIENT)
    return sorted(heard, key=str)


@pytest.mark.parametrize("error", [ValueError("full"), KeyboardInterrupt()])
def test_a_write_that_fails_is_told_to_each_and_the_next_one_works(error):
    begun, go_on, kept = threading.Event(), threading.Event(), []

    def write(things):
        begun.set()
        assert go_on.wait(PATIENT)
        if 1 in things:
            raise error
        kept.extend(things)

    group = Group(write)
    heard = together(group, [0, 1, 2], begun, go_on)
    assert heard == [(1, type(error), error.args), (2, type(error), error.args)]
    assert kept == [0]
    group.put([3])
    assert kept == [0, 3]


def test_nothing_is_lost_or_written_twice_by_many_threads():
    written = []
    group = Group(written.extend)

    def put(begin):
        for number in range(begin, begin + 200):
            with group.packing():
                thing = number
            group.put([thing])
            assert number in written

    with ThreadPoolExecutor(12) as pool:
        list(pool.map(put, range(0, 2_400, 200)))
    assert sorted(written) == list(range(2_400))
