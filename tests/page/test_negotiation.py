import pytest

from troth.page.negotiation import choose, has_it

ALL = ("br", "zstd", "gzip")


@pytest.mark.parametrize(
    ("accept", "available", "chosen"),
    [
        ("", ALL, "identity"),
        ("gzip, deflate, br, zstd", ALL, "br"),
        ("gzip, deflate", ALL, "gzip"),
        ("gzip;q=1, br;q=0.5", ALL, "gzip"),
        ("br;q=0, *", ALL, "zstd"),
        ("*;q=0", ALL, "identity"),
        ("identity;q=1, gzip;q=0.5", ALL, "identity"),
        ("GZIP", ALL, "gzip"),
        ("br;q=high, gzip", ALL, "gzip"),
        ("br", (), "identity"),
        (";;,,=", ALL, "identity"),
        ("br; Q=0.1", ("br",), "br"),
    ],
)
def test_the_best_liked_coding_is_answered(accept, available, chosen):
    assert choose(accept, available) == chosen


@pytest.mark.parametrize(
    ("header", "known"),
    [
        ('"a"', True),
        ('W/"a"', True),
        ('"b", "a"', True),
        ("*", True),
        ('"b"', False),
        ("a", False),
        ("", False),
    ],
)
def test_a_reader_who_has_the_bytes_is_known_by_their_tag(header, known):
    assert has_it(header, '"a"') is known
