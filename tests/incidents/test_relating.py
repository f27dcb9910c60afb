"""Merged, linked, back-dated, searched, counted by month, shown to some only."""

import json
from contextlib import suppress

import pytest
from scene import DAY, HOUR, MINUTE, NOON, Status, component, message, opened, opening, resolved

from troth.components import actions as components_actions
from troth.components import queries as components
from troth.components.rules.documents import AudienceTerms
from troth.core.windows import Span
from troth.incidents import actions, queries
from troth.incidents.actions import NotAllowed, NotReady
from troth.incidents.models import Clock, Incident
from troth.incidents.rules.results import Kind, State

pytestmark = pytest.mark.django_db


def test_two_that_were_one_are_merged_and_every_second_counts_once():
    shop, mail = component("shop"), component("mail")
    one = opened(name="One", impacts={shop: Status.MAJOR})
    two = opened(name="Two", impacts={shop: Status.PARTIAL, mail: Status.MAJOR})
    actions.merge(uid=two.uid, into=one.uid, by="Ada", now=NOON + 10 * MINUTE)
    assert [row.uid for row in queries.open_ones()] == [one.uid]
    assert queries.incident(two.uid).merged_into == one.uid
    assert not Clock.objects.filter(incident__uid=two.uid, resolved_at=None).exists()
    resolved(one.uid, now=NOON + 30 * MINUTE)
    span = Span(NOON - DAY, NOON + DAY)
    assert components.downtime(shop, span).down == components.downtime(mail, span).down == 1800
    shown = queries.incident(one.uid)
    assert "“Two” turned out to be the same incident" in shown.updates[1].body
    assert set(shown.components) == {shop, mail}


def test_a_merge_is_undone_as_if_it_had_not_been_but_what_was_said_stays_readable():
    mail = component("mail")
    one, two = opened(name="One"), opened(name="Two", impacts={mail: Status.MAJOR})
    actions.merge(uid=two.uid, into=one.uid, by="Ada", now=NOON + 10 * MINUTE)
    actions.unmerge(uid=two.uid, by="Ada", now=NOON + 20 * MINUTE)
    assert len(queries.open_ones()) == 2
    resolved(two.uid, now=NOON + 30 * MINUTE)
    found = components.downtime(mail, Span(NOON - DAY, NOON + DAY))
    assert found.by_ref == ((two.uid, 1800),)
    said = queries.incident(one.uid).updates[0]
    assert said.body.endswith("This was undone: it is another incident.")
    assert len(said.edits) == 1
    with pytest.raises(NotAllowed):
        actions.unmerge(uid=two.uid, by="Ada", now=NOON + HOUR)


def test_what_cannot_be_merged():
    one, two = opened(name="One"), opened(name="Two")
    draft = actions.draft(opening=opening(), by="Ada", now=NOON)
    for uid, into in ((one.uid, one.uid), (one.uid, draft.uid)):
        with pytest.raises(NotAllowed):
            actions.merge(uid=uid, into=into, by="Ada", now=NOON)
    resolved(two.uid, now=NOON + HOUR)
    with pytest.raises(NotAllowed):
        actions.merge(uid=two.uid, into=one.uid, by="Ada", now=NOON + HOUR)
    actions.merge(uid=draft.uid, into=one.uid, by="Ada", now=NOON + HOUR)
    assert queries.drafts() == []


def test_links_go_both_ways_and_away_again():
    one, two = opened(name="One"), opened(name="Two")
    for _ in range(2):
        actions.link(uid=two.uid, other=one.uid, by="Ada", now=NOON)
    assert queries.incident(one.uid).linked == (two.uid,)
    assert queries.incident(two.uid).linked == (one.uid,)
    actions.unlink(uid=one.uid, other=two.uid, by="Ada", now=NOON)
    assert queries.incident(two.uid).linked == ()


def test_a_draft_is_never_named_by_what_it_is_linked_with():
    one = opened(name="One")
    draft = actions.draft(opening=opening(), by="Ada", now=NOON)
    actions.link(uid=one.uid, other=draft.uid, by="Ada", now=NOON)
    assert queries.incident(one.uid).linked == ()


def test_search_finds_every_word_in_what_is_public_and_nothing_else():
    shop = component()
    row = opened(name="Größere Störung", impacts={shop: Status.MAJOR})
    actions.note(uid=row.uid, text="the password is swordfish", by="Ada", now=NOON)
    actions.draft(opening=opening(name="A secret draft"), by="Ada", now=NOON)
    for text in ("größere", "STÖRUNG orders", "shop", "invoice größ", row.uid):
        assert [one.uid for one in queries.search(text)] == [row.uid], text
    for text in ("swordfish", "secret", "%", "_", "größere mail", "\0x"):
        assert queries.search(text) == [], text


def test_months_are_local_and_count_what_began_in_them(settings):
    for now in (NOON, NOON + 30 * DAY, NOON + 31 * DAY):
        opened(now=now)
    found = [(one.year, one.month, one.count) for one in queries.months()]
    assert found == [(2026, 4, 2), (2026, 3, 1)]
    late = NOON.replace(month=5, day=31, hour=23)
    opened(now=late)
    [berlin] = [one for one in queries.months(zone="Europe/Berlin") if one.month > 4]
    assert (berlin.month, berlin.count) == (6, 1)


def test_what_concerns_partners_only_is_shown_to_partners_only():
    terms = AudienceTerms(slug="partners", name="Partners")
    components_actions.declare_audience(terms=terms, by="Ada", now=NOON)
    shop, hub = component("shop"), component("hub", audiences=("partners",))
    public = opened(name="Shop", impacts={shop: Status.MAJOR})
    hidden = opened(name="Hub", impacts={hub: Status.MAJOR})
    named = opened(name="For sales", audiences=("sales",))
    both = opened(name="Both", impacts={shop: Status.MAJOR, hub: Status.MAJOR})

    def seen(audience):
        return {one.name for one in queries.published(audience=audience)}

    assert seen(None) == {"Shop", "Both"}
    assert seen("partners") == {"Shop", "Both", "Hub"}
    assert seen("sales") == {"Shop", "Both", "For sales"}
    assert seen(queries.STAFF) == {"Shop", "Both", "Hub", "For sales"}
    assert queries.incident(hidden.uid) is None
    assert queries.macro(hidden.uid) is None
    assert queries.whole([hidden.uid, public.uid, named.uid]) == queries.whole([public.uid])
    assert [one.uid for one in queries.search("hub")] == [both.uid]
    actions.set_right(uid=named.uid, audiences=(), by="Ada", now=NOON)
    assert "For sales" in seen(None)
    said = message("The shop as well.", impacts={shop: Status.DEGRADED})
    actions.update(uid=hidden.uid, message=said, by="Ada", now=NOON + MINUTE)
    assert "Hub" in seen(None)


def test_a_hand_over_relieves_who_held_the_role():
    row = opened()
    for person in ("Ada", "Ada", "Ben"):
        actions.hand_over(uid=row.uid, role="commander", person=person, by="Ada",
                          now=NOON + MINUTE, note="The disk is full.")  # fmt: skip
    roles = [(one.person, one.until) for one in queries.inside(row.uid).roles]
    assert roles == [("Ada", NOON + MINUTE), ("Ben", None)]
    with pytest.raises(NotAllowed, match="none of commander, liaison, scribe"):
        actions.hand_over(uid=row.uid, role="king", person="Ada", by="Ada", now=NOON)


@pytest.mark.mission("S3.3", "S3.22")
def test_support_s_answer_says_what_the_page_says_and_carries_its_revision():
    row = opened(name="Payments <fail>")
    shown, macro = queries.incident(row.uid), queries.macro(row.uid)
    assert macro.revision == shown.revision
    assert "What is wrong: Orders fail with an error 500." in macro.text
    assert "Workaround: Pay by invoice." in macro.text
    assert "Next update by: 2026-03-25 12:00 UTC" in macro.text
    assert "<h3>Payments &lt;fail&gt;</h3>" in macro.html
    assert f"/incidents/{row.uid}/" in macro.text
    actions.edit_update(update_uid=shown.updates[0].uid, body="New.", by="Ada", now=NOON + HOUR)
    assert queries.macro(row.uid).revision == queries.incident(row.uid).revision != macro.revision


@pytest.mark.shared
def test_naughty_strings_are_kept_as_text_and_never_as_markup(shared):
    naughty = json.loads((shared / "messy" / "blns" / "blns.json").read_text(encoding="utf-8"))
    row = opened()
    for number, text in enumerate(text for text in naughty if text.strip()):
        now = NOON + (number + 1) * MINUTE
        with suppress(NotReady):  # nothing but control characters
            actions.update(uid=row.uid, message=message(text), by="Ada", now=now)
    shown = queries.incident(row.uid)
    assert len(shown.updates) > 400
    for one in shown.updates:
        low = one.html.lower()
        for word in ("<script", "<iframe", "<img", "<svg", "<style", "<object", "<form", "<input"):
            assert word not in low
        for tag in low.split("<")[1:]:
            inside = tag.split(">")[0]
            assert " on" not in inside, one.html
            assert "javascript:" not in inside
    assert queries.macro(row.uid).revision == shown.revision
    assert queries.search(naughty[20]) is not None


def test_kinds_and_states_are_those_of_what_was_opened():
    row = opened(kind=Kind.BREACH)
    assert (queries.incident(row.uid).kind, queries.incident(row.uid).state) == (
        Kind.BREACH, State.INVESTIGATING,
    )  # fmt: skip
    assert Incident.objects.get().listed_at == NOON
