"""Where visits come from."""

import pytest

from tests.metrics.outcomes.conftest import YEAR
from troth.metrics import queries
from troth.metrics.outcomes.visits import came_from

OURS = ("shop.example",)


@pytest.mark.mission("S0.12")
@pytest.mark.parametrize(
    ("referrer", "medium", "wanted"),
    [
        (None, None, "direct"),
        ("", "", "direct"),
        ("(direct)", "(none)", "direct"),
        ("https://www.google.com/search?q=shop", None, "search"),
        ("google.co.uk", None, "search"),
        ("https://google.de/", None, "search"),
        ("https://duckduckgo.com", None, "search"),
        ("https://www.bing.com/", "cpc", "advertisement"),
        ("https://mail.google.com/mail/u/0/", None, "mail"),
        ("https://google.com.evil.example/", None, "other site"),
        ("notgoogle.com", None, "other site"),
        ("https://l.facebook.com/l.php", None, "social"),
        ("https://t.co/abc", None, "social"),
        (None, "email", "mail"),
        (None, "Newsletter", "mail"),
        ("https://checkout.shop.example/basket", None, "from our own pages"),
        ("https://shop.example", "cpc", "from our own pages"),
        ("https://blog.example/", None, "other site"),
        ("https://blog.example/", "referral", "other site"),
        ("https://www.google.com/", "(none)", "search"),
        ("https://[broken", None, "direct"),
        ("android-app://com.google.android.gm/", None, "mail"),
        ("about:blank", None, "direct"),
    ],
)
def test_a_visit_is_classed_by_where_it_comes_from(referrer, medium, wanted):
    assert came_from(referrer, medium, OURS) == wanted


@pytest.mark.django_db
@pytest.mark.mission("S0.12")
def test_direct_visits_are_a_share_of_those_from_outside(tell, signal):
    straight = [signal("visit", f"v{n}") for n in range(20)]
    searched = [signal("visit", f"v{n}", days=2, segment={"referrer": "google.com"})
                for n in range(30)]  # fmt: skip
    tell([*straight, *searched])
    found = queries.outcome("direct_visits", span=YEAR)
    assert (found.numerator, found.denominator) == (20, 50)
    parts = {part.name: (part.figure.numerator, part.figure.n) for part in found.parts}
    assert parts["first visits"] == (20, 30)
    assert parts["search"] == (30, 50)
