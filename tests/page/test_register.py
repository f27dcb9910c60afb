"""Do we keep our word: the share of promises kept, and each time one was broken."""

import html
import json
import re
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.page.support import NOON, company, published, shown, violation, window
from tests.page.test_publish import declare, happen
from troth.page import actions, trust
from troth.page.edition import editions
from troth.page.picture import Withdrawn
from troth.page.reputed import reputed
from troth.promises import actions as promises
from troth.promises import queries
from troth.promises.rules.remedies import RemedyState
from troth.promises.rules.results import Verdict

WHY = {
    Verdict.KEPT: "within",
    Verdict.AT_RISK: "posterior",
    Verdict.BROKEN: "over_budget",
    Verdict.NO_DATA: "silent",
    Verdict.NOT_ENOUGH: "few_cases",
    Verdict.SUSPENDED: "suspended",
}


def with_verdicts(*verdicts):
    made = tuple(
        shown(f"p-{n}", windows=(window(verdict=verdict, why=WHY[verdict]),))
        for n, verdict in enumerate(verdicts)
    )
    return replace(company(), promises=made)


def recounted(read):
    """Count the standings of a published trust.json by hand: kept, judged, 90 % Wilson."""
    verdicts = [one["verdict"] for one in read["promises"]]
    kept = verdicts.count("kept") + verdicts.count("at_risk")
    judged = kept + verdicts.count("broken")
    if judged < 5:
        return kept, judged, None
    z, p = 1.6448536269514722, kept / judged
    middle = p + z * z / (2 * judged)
    half = z * ((p * (1 - p) + z * z / (4 * judged)) / judged) ** 0.5
    whole = 1 + z * z / judged
    return kept, judged, [max(0, (middle - half) / whole), min(1, (middle + half) / whole)]


@pytest.mark.mission("S4.6")
@given(st.lists(st.sampled_from(Verdict), max_size=30))
def test_whoever_recounts_the_published_promises_gets_the_published_figure(verdicts):
    read = json.loads(trust.document(with_verdicts(*verdicts)))
    said = read["reputation"]
    kept, judged, interval = recounted(read)
    assert (said["kept"], said["judged"]) == (kept, judged)
    assert said["interval"] == (interval and pytest.approx(interval, abs=1e-12))
    apart = [one["slug"] for one in said["apart"]]
    assert len(apart) + judged == len(verdicts)
    assert {one["verdict"] for one in said["apart"]} <= {"no_data", "not_enough", "suspended"}


@pytest.mark.mission("S4.6")
def test_the_sentence_on_the_page_is_the_figure_of_trust_json(tmp_path, picture):
    root = published(tmp_path, picture)
    kept, judged, _interval = recounted(json.loads((root / trust.PATH).read_bytes()))
    front = (root / "index.html").read_text()
    assert f"<b>{kept} of {judged}</b>" in front
    assert "1 of those kept is at risk." in front
    assert "Counted on neither side: New line (not enough evidence) and Breach notice" in front
    assert "(not tested yet)" in front
    german = (root / "de/index.html").read_text()
    assert f"<b>{kept} von {judged}</b>" in german
    assert "Auf keiner Seite gezählt: New line (zu wenig Belege)" in german


def said(*verdicts):
    edition = editions(with_verdicts(*verdicts))[0]
    with edition.spoken():
        return reputed(edition)


@pytest.mark.mission("S4.6", "S4.17")
@pytest.mark.parametrize(
    ("verdicts", "figure", "interval"),
    [
        ([Verdict.KEPT] * 4, "4 of 4", ""),
        ([Verdict.KEPT] * 3 + [Verdict.BROKEN], "3 of 4", ""),
        ([Verdict.KEPT] * 5, "100\u202f%", "65\u2013100\u202f%"),
        ([Verdict.KEPT] * 9 + [Verdict.BROKEN], "90\u202f%", "65\u201398\u202f%"),
        ([Verdict.NO_DATA, Verdict.SUSPENDED], "0 of 0", ""),
        ([Verdict.KEPT] * 4 + [Verdict.NOT_ENOUGH] * 9, "4 of 4", ""),
    ],
)
def test_few_promises_are_a_count_and_never_a_share(verdicts, figure, interval):
    found = said(*verdicts)
    assert (found.figure, found.interval) == (figure, interval)


def test_many_that_cannot_be_judged_are_named_in_the_register_and_counted_on_the_front():
    found = said(*[Verdict.NO_DATA] * 9)
    assert found.lines[0].endswith("P 5 (no data) and 3 more.")
    assert "none can be judged yet" in found.counted
    assert said() is None


@pytest.mark.mission("S4.5")
def test_each_violation_stands_on_its_promises_page_in_the_register_and_as_data(tmp_path, picture):
    root = published(tmp_path, picture)
    own = (root / "promises/street-lights/index.html").read_text()
    register = (root / "promises/index.html").read_text()
    for page in (own, register):
        assert re.findall(r'<li id="(broken-\d+)"', page) == ["broken-3", "broken-2"]
        assert "Still broken." in page
        assert "Broken for 6 days 4\u202fh, until 28 September 2026. Then it was kept" in page
        assert "We found it when we corrected past days." in page
        assert re.findall(r"Remedy: <b>([^<]+)</b>", page) == ["owed", "done"]
        assert "All 41 lamps are sent." in page
        assert "Before: under way" in page
        assert "for staff" not in page
        assert "Ada" not in page
    read = json.loads((root / trust.PATH).read_bytes())
    lights = next(one for one in read["promises"] if one["slug"] == "street-lights")
    assert [each["remedy"] for each in lights["violations"]] == ["owed", "done"]
    assert [row["state"] for row in lights["violations"][1]["remedies"]] == ["under_way", "done"]
    assert "for staff" not in (root / trust.PATH).read_text()


def test_the_register_names_every_promise_with_what_is_open(tmp_path, picture):
    gone = Withdrawn(
        slug="post", name="Post", text="Post by noon.", at=NOON, document={},
        violations=(violation("post", number=9, ended_as="withdrawn", lasted=timedelta(days=1)),),
    )  # fmt: skip
    root = published(tmp_path, replace(picture, withdrawn=(gone,)))
    register = (root / "promises/index.html").read_text()
    for one in picture.promises:
        assert f'href="/promises/{one.slug}/"' in register
    rows = re.findall(r"<tr>\s*<th scope=\"row\">.*?</tr>", register, flags=re.DOTALL)
    assert len(rows) == len(picture.promises) + 1
    assert 'data-label="Times broken">2<' in rows[1]
    assert 'data-label="Remedies open">1<' in rows[1]
    assert "withdrawn" in rows[-1]
    assert "Then we withdrew the promise." in register
    assert "Then we withdrew the promise." in (root / "promises/post/index.html").read_text()


def test_a_promise_that_is_not_kept_afterwards_is_not_said_to_be(tmp_path, picture):
    ends = ("no_data", "not_enough", "suspended", "dropped")
    found = tuple(
        violation("p", number=n, lasted=timedelta(hours=1), ended_as=end)
        for n, end in enumerate(ends)
    )
    root = published(tmp_path, replace(picture, promises=(shown("p", violations=found),)))
    page = (root / "promises/p/index.html").read_text()
    assert "kept again" not in page
    assert "Then: no data." in page
    assert "We no longer count over this time." in page


def test_hundreds_of_violations_are_one_page_and_the_rest_is_in_the_data(tmp_path, picture):
    many = tuple(
        violation("p", number=n, began=NOON - timedelta(days=n), lasted=timedelta(hours=1))
        for n in range(130)
    )
    root = published(tmp_path, replace(picture, promises=(shown("p", violations=many),)))
    register = (root / "promises/index.html").read_text()
    assert register.count('<li id="broken-') == 100
    assert "30 older ones are in trust.json." in register
    assert len(json.loads((root / trust.PATH).read_bytes())["promises"][0]["violations"]) == 130


@pytest.mark.shared
def test_whatever_a_note_holds_is_shown_as_text(tmp_path, picture, shared):
    path = shared / "messy" / "blns" / "blns.json"
    naughty = [text for text in json.loads(path.read_text(encoding="utf-8")) if text.strip()]
    found = tuple(violation("p", ("done", text), number=n) for n, text in enumerate(naughty[:90]))
    root = published(tmp_path, replace(picture, promises=(shown("p", violations=found),)))
    page = (root / "promises/p/index.html").read_text()
    for text in naughty[:90]:
        assert f"<span>{html.escape(text)}</span>" in page
    assert page.count("<script") == 2


@pytest.mark.mission("S4.5")
@pytest.mark.django_db
def test_a_remedy_is_on_the_page_at_the_next_turn(place):
    declare(remedy="You get a lamp.")
    happen(kept=10, broken=30)
    actions.publish(now=NOON)
    page = place / "current/promises/lights/index.html"
    assert "Remedy: <b>owed</b>" in page.read_text()
    (broken,) = queries.Ledger()[:]
    promises.record_remedy(
        violation=broken.id, state=RemedyState.DONE, note="Sent.", author="Ada", now=NOON
    )
    assert actions.is_due(now=NOON)
    actions.publish(now=NOON)
    assert "Remedy: <b>done</b> \u2013 <span>Sent.</span>" in page.read_text()
    read = json.loads((place / "current" / trust.PATH).read_bytes())
    assert (read["reputation"]["kept"], read["reputation"]["judged"]) == (0, 1)
    promises.retire(slug="lights", author="Ada", now=NOON)
    actions.publish(now=NOON)
    assert "Remedy: <b>done</b>" in page.read_text()
    assert "Remedy: <b>done</b>" in (place / "current/promises/index.html").read_text()
