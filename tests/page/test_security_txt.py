"""`/.well-known/security.txt` (RFC 9116), and the warning before it ends."""

import re
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from tests.page.support import NOON, company, published
from troth.config import environment
from troth.config.diagnosis import public
from troth.page.picture import Security

pytestmark = pytest.mark.mission("S3.25")


def site(**more):
    picture = company()
    said = Security(("mailto:security@city.example",), date(2027, 6, 30), **more)
    return replace(picture, site=replace(picture.site, security=said))


def read(tmp_path, picture):
    return (published(tmp_path, picture) / ".well-known/security.txt").read_text()


def test_it_has_what_the_standard_asks_for_each_once(tmp_path):
    text = read(tmp_path, site(policy="https://city.example/policy"))
    fields = dict(line.split(": ", 1) for line in text.splitlines())
    assert fields == {
        "Contact": "mailto:security@city.example",
        "Expires": "2027-06-30T23:59:59Z",
        "Preferred-Languages": "en, de",
        "Canonical": "https://city.example/.well-known/security.txt",
        "Policy": "https://city.example/policy",
    }
    assert datetime.fromisoformat(fields["Expires"]) > NOON
    assert all(re.fullmatch(r"[A-Za-z-]+: \S.*", line) for line in text.splitlines())


def test_without_a_contact_there_is_no_file(tmp_path):
    assert not (published(tmp_path, company()) / ".well-known/security.txt").exists()


@pytest.mark.parametrize(
    ("days", "level"),
    [(-1, "problem"), (0, "note"), (29, "note"), (30, "ok"), (366, "ok"), (400, "note")],
)
def test_check_warns_before_it_ends(settings, days, level):
    ends = NOON.date() + timedelta(days=days)
    settings.TROTH = replace(settings.TROTH, security_expires=ends)
    (finding,) = public.security(now=NOON)
    assert finding.level == level


def test_a_contact_needs_its_day(tmp_path):
    given = {"TROTH_DATA": str(tmp_path), "TROTH_SECURITY_CONTACT": "mailto:a@b.example"}
    with pytest.raises(environment.SettingsError, match="needs both"):
        environment.read(given)
    whole = environment.read({**given, "TROTH_SECURITY_EXPIRES": "2027-06-30"})
    assert (whole.security_contact, whole.security_expires) == (
        ("mailto:a@b.example",),
        date(2027, 6, 30),
    )
    with pytest.raises(environment.SettingsError, match="mailto:"):
        environment.read({**given, "TROTH_SECURITY_CONTACT": "a@b.example"})
