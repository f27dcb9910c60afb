"""Ten thousand incidents: a change makes few sheets anew, and reads few incidents."""

from dataclasses import replace
from datetime import timedelta

from tests.page.situations import past, problem, situation, town
from tests.page.support import NOON, SECRET, detail
from troth.page import render
from troth.page.situation import entry_of

MANY = 10_000


def archive():
    """Return the newest one, open, and ten thousand that are over, in five years."""
    old = past()
    rows = [
        replace(
            entry_of(old),
            uid=f"{n:012d}",
            started_at=NOON - timedelta(hours=4 * n + 5),
            resolved_at=NOON - timedelta(hours=4 * n + 4),
            revision=f"rev{n}",
        )
        for n in range(MANY)
    ]
    return problem(), rows


def whole(first, rows, read=()):
    def reading(uids):
        read.extend(uids)
        return [replace(past(), uid=uid) for uid in uids]

    now = situation(NOON, first)
    listed = (entry_of(first), *rows)
    return town(replace(now, listed=listed, read=reading))


def inputs(picture):
    made = render.sheets(picture, secret=SECRET, measure=detail())
    return {sheet.path: sheet.inputs for sheet in made}


def test_a_new_update_makes_its_own_sheets_and_no_old_incident_again():
    first, rows = archive()
    before = inputs(replace(whole(first, rows), revision="a"))
    after = inputs(replace(whole(replace(first, revision="other"), rows), revision="b"))
    changed = {path for path in after if after[path] != before.get(path)}
    assert len(after) > 2 * MANY
    assert len(changed) < 60
    old = {path for path in changed if path.startswith(("incidents/0", "de/incidents/0"))}
    assert old == set()
    assert f"incidents/{first.uid}/index.html" in changed
    months = {path for path in changed if "history/" in path and path.count("/") > 1}
    assert months == {
        "history/2026-11/index.html", "de/history/2026-11/index.html", "de/history/index.html",
    }  # fmt: skip


def test_writing_the_front_reads_no_archive():
    first, rows = archive()
    read = []
    made = render.sheets(whole(first, rows, read), secret=SECRET, measure=detail())
    wanted = ("index.html", "api/v2/incidents.json", "history.rss", "history/index.html")
    for sheet in made:
        if sheet.path in wanted:
            sheet.make()
    assert 0 < len(set(read)) <= 50


def test_an_old_incident_that_is_corrected_is_made_again_with_its_month():
    first, rows = archive()
    before = inputs(replace(whole(first, rows), revision="a"))
    rows[7000] = replace(rows[7000], revision="corrected")
    after = inputs(replace(whole(first, rows), revision="b"))
    changed = {path for path in after if after[path] != before[path]}
    assert "incidents/000000007000/index.html" in changed
    month = f"{rows[7000].started_at:%Y-%m}"
    assert f"history/{month}/index.html" in changed
    assert "incidents/000000007001/index.html" not in changed
