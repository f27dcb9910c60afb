from datetime import timedelta

import pytest

from tests.shop import DAY, NOW, judged, parcel
from troth.core import clock
from troth.promises import actions
from troth.signals import actions as signals


@pytest.fixture
def today(shop, vic, signed_in):
    browser = signed_in(vic)
    return lambda **query: browser.get("/desk/", query).text


@pytest.mark.parametrize("number", [1, 3])
def test_the_day_asks_the_database_as_often_for_three_promises_as_for_one(
    shop, today, django_assert_num_queries, number
):
    for count in range(number):
        shop(f"promise-{count}", target="90%")
    today()
    with django_assert_num_queries(31):
        today()


def test_before_anything_is_promised_the_next_steps_are_told(today):
    assert "Nothing is promised yet." in today()
    assert "Bring signals in." in today()


@pytest.mark.parametrize(
    ("targets", "said"),
    [
        (("70%",), "Every promise is kept."),
        (("90%",), "One promise is broken: On time."),
        (("90%", "95%", "70%"), "2 of 3 promises are broken."),
    ],
)
def test_the_day_begins_with_what_matters_most(shop, today, targets, said):
    for number, target in enumerate(targets):
        shop(f"on-time-{number}", target=target)
    assert f"<h1>{said}</h1>" in today()


def test_what_is_broken_is_shown_with_its_reason_and_a_way_to_its_cases(shop, today):
    shop(target="90%")
    text = today()
    assert "5 of 21 failed, 2 were allowed." in text
    assert "/desk/promises/on-time/cases/?part=broken" in text


@pytest.mark.mission("S4.17")
def test_a_promise_never_put_to_the_test_is_neither_kept_nor_trouble(shop, today):
    shop(evaluator="invariant", target=None, due="72h", signals={"kind": "breach"})
    text = today()
    assert "No promise is broken; one cannot be judged." in text
    assert "Not as promised" not in text


def test_changes_of_the_last_week_are_listed_and_older_ones_are_not(shop, ben, today):
    shop()
    which = actions.Cases(where="key = 'parcel-36'")
    actions.exclude(slug="on-time", category="storm", reason="Shut.", cases=which, signed_by=ben,
                    now=NOW)  # fmt: skip
    judged()
    text = today()
    assert "cases excluded: storm" in text
    assert "1 day restated" in text
    with clock.frozen(NOW + 8 * DAY):
        assert "No verdict, target, exclusion or past result changed." in today()


@pytest.mark.mission("S1.10")
def test_a_source_that_went_quiet_is_told(shop, today):
    shop()
    for day in (1, 2, 3):
        at = NOW + day * DAY
        with clock.frozen(at):
            batch = [parcel(50 + day, key=f"late-{day}", source="depot")]
            signals.accept(batches=[batch], door="test", now=at)
            judged(at)
    with clock.frozen(NOW + 5 * DAY):
        assert "No source is quieter than it was." in today()
    with clock.frozen(NOW + 7 * DAY):
        assert "depot" in today()
        assert "used to speak every 1 day" in today()


def test_the_day_is_shown_as_it_stood(shop, today):
    shop(target="90%")
    past = (NOW - 30 * DAY + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%MZ")
    text = today(at=past)
    assert "One promise is broken" not in text
    assert "As it stood at" in text
