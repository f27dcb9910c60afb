"""The field for an instant: in one zone, over the days on which clocks change."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from troth.ui.moments import MomentField, Timed

BERLIN = ZoneInfo("Europe/Berlin")
AUTUMN = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)  # 02:30 in Berlin, for the first time


class AskedForm(Timed):
    at = MomentField("Since when")


def asked(data=None, *, zone=BERLIN, **more):
    return AskedForm(data, zone=zone, **more)


def shown(form):
    """Return what a browser would send back from a form as it is shown."""
    html = str(form["at"])
    value = html.split('value="', 1)[1].split('"', 1)[0]
    which = [part.split('"')[0] for part in html.split('<option value="')[1:] if "selected" in part
             .split(">")[0]]  # fmt: skip
    return {"at": value, **({"at-which": which[0]} if which else {})}


def test_the_zone_stands_beside_the_field_and_is_that_of_the_person():
    form = asked({"at": "2026-07-15T12:00"})
    assert form["at"].label == "Since when (Europe/Berlin)"
    assert form.is_valid()
    assert form.cleaned_data["at"] == datetime(2026, 7, 15, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    "zone", ["UTC", "Europe/Berlin", "Australia/Lord_Howe", "America/St_Johns"]
)
def test_every_minute_of_the_days_of_change_comes_back_as_it_went(zone):
    place = ZoneInfo(zone)
    starts = [datetime(2026, 3, 28, 12, tzinfo=UTC), datetime(2026, 10, 24, 12, tzinfo=UTC),
              datetime(2026, 4, 4, 12, tzinfo=UTC), datetime(2026, 10, 3, 12, tzinfo=UTC),
              datetime(2026, 11, 1, 0, tzinfo=UTC)]  # fmt: skip
    for start in starts:
        for at in (start + timedelta(minutes=15 * n) for n in range(96)):
            again = asked(shown(asked(initial={"at": at}, zone=place)), zone=place)
            assert again.is_valid(), (at, again.errors)
            assert again.cleaned_data["at"] == at


def test_what_comes_twice_is_asked_for_below_the_field():
    form = asked({"at": "2026-10-25T02:30"})
    assert not form.is_valid()
    said = "02:30 comes twice on 25 October 2026 in Europe/Berlin, where clocks go back"
    assert form.errors["at"] == [f"{said}: say which one."]
    html = str(form["at"])
    assert 'name="at-which"' in html
    assert "the first one, UTC+02:00" in html
    assert "the second one, UTC+01:00" in html
    for which, expected in (("first", AUTUMN), ("second", AUTUMN + timedelta(hours=1))):
        form = asked({"at": "2026-10-25T02:30", "at-which": which})
        assert form.is_valid()
        assert form.cleaned_data["at"] == expected


def test_what_does_not_exist_is_refused_and_kept_to_be_mended():
    form = asked({"at": "2026-03-29T02:30"})
    assert form.errors["at"] == [
        "02:30 does not exist on 29 March 2026 in Europe/Berlin: clocks go from 02:00 to 03:00."
    ]
    assert 'value="2026-03-29T02:30"' in str(form["at"])
    assert "at-which" not in str(form["at"])


@pytest.mark.parametrize("text", ['"><script>', "x" * 100_000, "0000-00-00", "\u202e1"])
def test_rubbish_is_refused_in_words_and_shown_escaped(text):
    form = asked({"at": text})
    assert "is no time; write for example" in form.errors["at"][0]
    assert "<script>" not in str(form["at"])


def test_empty_is_nothing_and_two_forms_have_two_zones():
    one, other = asked({"at": " "}), asked({"at": "2026-07-15T12:00"}, zone=ZoneInfo("UTC"))
    assert one.is_valid()
    assert one.cleaned_data["at"] is None
    assert other.is_valid()
    assert other.cleaned_data["at"].hour == 12
    assert one["at"].label.endswith("(Europe/Berlin)")
