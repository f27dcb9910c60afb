"""The board: order, groups, days, who sees what, and that many components are a few questions."""

import time
from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest

from troth.components import actions, queries
from troth.components.models import Component, Condition
from troth.components.rules.results import Cause, Status

NOON = datetime(2026, 3, 18, 12, tzinfo=UTC)
LONG_AGO = NOON - timedelta(days=200)


def slugs(board):
    return [one.slug for one in board.components]


def test_groups_nest_once_and_the_board_stands_in_the_order_of_the_page(grouped, declared):
    grouped("shop", position=2)
    grouped("payments", parent="shop")
    grouped("base", position=1)
    declared("cards", group="payments")
    declared("search", group="shop", position=2)
    declared("basket", group="shop", position=1)
    declared("dns", group="base")
    declared("mail")
    found = queries.board(at=NOON)
    assert slugs(found) == ["mail", "dns", "basket", "search", "cards"]
    names = {one.uid: one.slug for one in found.components}
    held = {one.slug: [names[uid] for uid in one.components] for one in found.groups}
    assert held == {"base": ["dns"], "shop": ["basket", "search", "cards"], "payments": ["cards"]}
    with pytest.raises(ValueError, match="groups nest once"):
        grouped("deep", parent="payments")
    with pytest.raises(ValueError, match="groups nest once"):
        grouped("shop", parent="base")
    assert queries.names()[found.components[2].uid] == "Shop - Basket"


def test_a_group_is_as_bad_as_its_worst_component(grouped, declared):
    grouped("shop")
    grouped("payments", parent="shop")
    uid = declared("cards", group="payments").uid
    declared("search", group="shop")
    actions.affect(components={uid: Status.PARTIAL}, ref="i", at=NOON, now=NOON)
    found = queries.board(at=NOON)
    assert {one.slug: one.status for one in found.groups} == {
        "shop": Status.PARTIAL, "payments": Status.PARTIAL,
    }  # fmt: skip


def test_a_component_shows_its_days_its_share_and_since_when(declared):
    row = declared(now=LONG_AGO)
    actions.affect(components={row.uid: Status.MAJOR}, ref="i", at=NOON - timedelta(hours=36),
                   now=NOON)  # fmt: skip
    actions.relieve(ref="i", at=NOON - timedelta(hours=30), now=NOON)
    shown = queries.component("api", at=NOON)
    assert len(shown.strip) == 90
    assert [(str(one.date), one.worst) for one in shown.strip[-3:]] == [
        ("2026-03-16", Status.OPERATIONAL),
        ("2026-03-17", Status.MAJOR),
        ("2026-03-18", Status.OPERATIONAL),
    ]
    assert shown.strip[-2].share == Fraction(3, 4)
    assert dict(shown.strip[-1].seconds) == {Status.OPERATIONAL: 12 * 3600}
    assert shown.share == 1 - Fraction(6, 89 * 24 + 12)
    assert shown.since == NOON - timedelta(hours=30)


def test_days_before_its_start_are_blank_and_a_start_date_brings_history(declared):
    declared(now=NOON - timedelta(hours=6))
    young = queries.component("api", at=NOON)
    assert [one.seconds for one in young.strip[:-1]] == [()] * 89
    assert dict(young.strip[-1].seconds) == {Status.OPERATIONAL: 6 * 3600}
    declared(start_date="2026-03-16")
    older = queries.component("api", at=NOON, days=4)
    assert [one.share for one in older.strip] == [None, 1, 1, 1]


@pytest.mark.mission("S3.8", "S3.14")
def test_only_its_readers_see_a_component_and_a_page_shows_what_it_chose(readers, declared, paged):
    readers("partners", "staff-only")
    declared("api")
    declared("partner-api", audiences=["partners"])
    declared("secret", audiences=["staff-only"])
    assert slugs(queries.board(at=NOON)) == ["api"]
    assert slugs(queries.board(at=NOON, audience="partners")) == ["api", "partner-api"]
    assert slugs(queries.board(at=NOON, everything=True)) == ["api", "partner-api", "secret"]
    paged("for-partners", audiences=["partners"])
    paged("narrow", audiences=["partners"], components=["partner-api", "secret"])
    assert slugs(queries.page_board("for-partners", at=NOON)) == ["api", "partner-api"]
    assert slugs(queries.page_board("narrow", at=NOON)) == ["partner-api"]
    assert slugs(queries.page_board(None, at=NOON)) == ["api"]
    assert slugs(queries.page_board("nowhere", at=NOON)) == []
    uids = {row.slug: row.uid for row in Component.objects.all()}
    assert queries.page_components("narrow") == {uids["partner-api"]}


def test_the_register_names_all_there_ever_were_the_living_first(declared, grouped):
    grouped("shop")
    declared("old", now=LONG_AGO)
    actions.retire_component(slug="old", by="Ada", now=NOON)
    declared("api", start_date="2026-01-01")
    assert [(one.slug, one.is_retired) for one in queries.registered()] == [
        ("api", False), ("old", True),
    ]  # fmt: skip
    assert queries.registered()[0].began_at == datetime(2026, 1, 1, tzinfo=UTC)
    assert (queries.group_named("SHOP"), queries.group_named("x")) == ("shop", None)


def test_the_revision_grows_with_each_visible_change(declared):
    numbers = [queries.revision()]
    row = declared()
    for change in (
        lambda: actions.say(component=row.uid, status=Status.MAJOR, by="Ben", now=NOON),
        lambda: actions.unsay(component=row.uid, by="Ben", now=NOON + timedelta(seconds=5)),
        lambda: actions.retire_component(slug="api", by="Ben", now=NOON),
    ):
        numbers.append(queries.revision())
        change()
    numbers.append(queries.revision())
    assert numbers == sorted(set(numbers))


def _many(count, *, conditions):
    Component.objects.bulk_create(
        Component(uid=f"c{number:011}", slug=f"c-{number}", name=f"Component {number}",
                  position=number, created_at=LONG_AGO, updated_at=LONG_AGO)
        for number in range(count)
    )  # fmt: skip
    start = int((NOON - timedelta(days=89)).timestamp())
    Condition.objects.bulk_create(
        Condition(component_id=key, cause=Cause.PROBE, ref="monitor:x", status=Status.MAJOR,
                  starts=start + n * 400_000, ends=start + n * 400_000 + 900, by="probes",
                  recorded_at=LONG_AGO)
        for key in Component.objects.values_list("pk", flat=True)
        for n in range(conditions)
    )  # fmt: skip


@pytest.mark.django_db
def test_five_hundred_components_of_ninety_days_are_seven_questions_and_quick(
    django_assert_num_queries,
):
    _many(3, conditions=2)
    with django_assert_num_queries(7):
        queries.board(at=NOON)
    Component.objects.all().delete()
    _many(500, conditions=6)
    with django_assert_num_queries(7):
        queries.board(at=NOON)
    begun = time.process_time()
    found = queries.board(at=NOON)
    took = time.process_time() - begun
    assert len(found.components) == 500
    assert sum(len(one.strip) for one in found.components) == 45_000
    assert took < 0.3, f"{took:.3f} s of one core"
