import pytest
from hypothesis import given
from hypothesis import strategies as st

from troth.core import paging


@given(st.lists(st.text(max_size=5), unique=True, max_size=30), st.integers(1, 7))
def test_parts_put_together_are_the_list(things, limit):
    seen, cursor = [], None
    while True:
        part = paging.part(things, name=str, cursor=cursor, limit=limit)
        seen += part.items
        assert part.total == len(things)
        if part.next is None:
            break
        cursor = part.next
    assert seen == things


@pytest.mark.parametrize("cursor", ["x", "e30", "WzEsMl0", "W10", "ä", "W1tdXQ", "=" * 9])
def test_a_cursor_of_someone_elses_making_is_refused(cursor):
    with pytest.raises(paging.CursorError, match="not one of ours"):
        paging.part(["a", "b"], name=str, cursor=cursor, limit=1)


def test_a_thing_that_left_the_list_ends_the_reading_instead_of_starting_over():
    cursor = paging.part(["a", "b"], name=str, cursor=None, limit=1).next
    with pytest.raises(paging.CursorError):
        paging.part(["b", "c"], name=str, cursor=cursor, limit=1)
