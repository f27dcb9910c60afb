"""Components from files: plan, apply, prune, export, and what is refused in plain words."""

from datetime import UTC, datetime

import pytest
import yaml
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from troth.components import actions, queries
from troth.components.models import Component, Formula, Group, Page
from troth.components.rules import documents
from troth.config.verbs.apply import apply_
from troth.config.verbs.export import export
from troth.core import clock
from troth.core.problems import DocumentError

NOW = datetime(2026, 3, 18, 12, tzinfo=UTC)
SET = """
apiVersion: troth/v1
kind: Component
metadata: {name: cards, displayName: Card payments}
spec:
  description: Paying by card.
  owner: payments@example.org
  group: payments
  audiences: [partners]
  monitors: [{name: cards-web, down: partial_outage}]
  heartbeats: [settlement]
  promise: cards-up
---
apiVersion: troth/v1
kind: ComponentGroup
metadata: {name: payments}
spec: {parent: shop}
---
apiVersion: troth/v1
kind: ComponentGroup
metadata: {name: shop, displayName: The shop}
---
apiVersion: troth/v1
kind: Audience
metadata: {name: partners}
---
apiVersion: troth/v1
kind: StatusPage
metadata: {name: for-partners}
spec: {audiences: [partners], components: [cards], privacy: network, networks: [192.0.2.0/24]}
---
apiVersion: troth/v1
kind: Formula
metadata: {name: uptime}
spec: {partial: 50%, reason: Half of our customers are hit.}
"""
MONITORS = """
apiVersion: troth/v1
kind: Component
metadata: {name: cards}
"""


@pytest.fixture
def folder(tmp_path):
    def write(**texts):
        for name, text in texts.items():
            (tmp_path / f"{name}.yaml").write_text(text)
        return tmp_path

    return write


def run(command, *arguments):
    with clock.frozen(NOW):
        return CliRunner().invoke(command, [str(a) for a in arguments], catch_exceptions=False)


@pytest.mark.django_db
def test_a_whole_set_is_applied_in_one_go_in_any_order_of_documents(folder):
    done = run(apply_, "-f", folder(a=SET), "--yes")
    assert "Applied: 6 things." in done.output
    assert "no data until there is a monitor “cards-web”" in done.output
    shown = queries.component("cards", at=NOW)
    assert (shown.name, shown.audiences, shown.promise) == (
        "Card payments", ("partners",), "cards-up",
    )  # fmt: skip
    assert shown.monitors == ("cards-web", "settlement")
    assert queries.names()[shown.uid] == "Payments - Card payments"
    assert Group.objects.get(slug="payments").parent.slug == "shop"
    assert {row.managed_by for row in Component.objects.all()} == {"files"}
    assert "0 changes, 6 as they are." in run(apply_, "-f", folder(), "--yes").output


@pytest.mark.django_db
def test_only_what_differs_is_changed_and_named(folder):
    run(apply_, "-f", folder(a=SET), "--yes")
    place = folder(a=SET.replace("Paying by card.", "Cards.").replace("50%", "40%"))
    done = run(apply_, "-f", place, "--yes").output
    assert "~ change Component cards: description" in done
    assert "~ change Formula uptime: partial" in done
    assert Formula.objects.count() == 2


@pytest.mark.django_db
def test_what_left_the_files_is_retired_and_what_a_person_made_stays(folder, declared):
    run(apply_, "-f", folder(a=SET), "--yes")
    declared("by-hand")
    done = run(apply_, "-f", folder(a="---\n"), "--yes", "--prune").output
    for line in ("- retire StatusPage for-partners", "- retire Component cards",
                 "- retire ComponentGroup payments"):  # fmt: skip
        assert line in done
    assert [one.slug for one in queries.board(at=NOW, everything=True).components] == ["by-hand"]
    assert Page.objects.get().retired_at == NOW


@pytest.mark.django_db
def test_what_is_exported_applies_again_without_a_change(folder, tmp_path):
    run(apply_, "-f", folder(a=SET), "--yes")
    run(export, "-o", tmp_path / "out")
    names = sorted(path.stem for path in (tmp_path / "out").iterdir())
    assert names == ["audience-partners", "component-cards", "group-payments", "group-shop",
                     "status-page-for-partners", "uptime-formula"]  # fmt: skip
    assert "0 changes, 6 as they are." in run(apply_, "-f", tmp_path / "out", "--yes").output


@pytest.mark.django_db
def test_files_take_over_what_a_person_declared_and_say_so(folder, declared):
    declared("cards")
    done = run(apply_, "-f", folder(a=MONITORS), "--yes").output
    assert "~ change Component cards: managed by files" in done
    assert Component.objects.get().managed_by == "files"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("group: payments", "group: payment", "there is no group “payment”; did you mean"),
        ("audiences: [partners]\n  m", "audiences: [x]\n  m", "there is no audience “x”"),
        ("components: [cards]", "components: [card]", "there is no component “card”; did you"),
        ("down: partial_outage", "down: broken", "“broken” is none of major_outage"),
        ("networks: [192.0.2.0/24]", "networks: [192.0.2.0/99]", "is no network"),
        (", networks: [192.0.2.0/24]", "", "networks: are missing"),
        ("partial: 50%", "partial: 33.33%", "more than three decimals"),
        ("owner:", "ownr:", "there is no such field; did you mean “owner”?"),
        ("name: cards,", "name: Cards!,", "is no name"),
    ],
)
def test_a_mistake_is_named_before_anything_is_written(folder, old, new, says):
    assert old in SET
    done = run(apply_, "-f", folder(a=SET.replace(old, new)), "--yes")
    assert says in done.output + done.stderr
    assert not Component.objects.exists()
    assert not Group.objects.exists()


@pytest.mark.django_db
def test_groups_that_nest_twice_are_refused_and_nothing_is_kept(folder):
    deep = SET.replace("metadata: {name: shop, displayName: The shop}",
                       "metadata: {name: shop}\nspec: {parent: top}")  # fmt: skip
    top = "\n---\napiVersion: troth/v1\nkind: ComponentGroup\nmetadata: {name: top}\n"
    done = run(apply_, "-f", folder(a=deep + top), "--yes")
    assert "spec.parent: groups nest once" in done.output + done.stderr
    assert not Group.objects.exists()


@pytest.mark.django_db
def test_a_rehearsal_names_a_group_that_would_stand_too_deep(folder):
    group = "apiVersion: troth/v1\nkind: ComponentGroup\nmetadata: {name: %s}\nspec: {%s}\n"
    top = "\n---\n".join((group % ("top", ""), group % ("inner", "parent: top")))
    run(apply_, "-f", folder(a=top), "--yes")
    done = run(apply_, "-f", folder(b=group % ("deep", "parent: inner")), "--dry-run")
    assert "spec.parent: groups nest once" in done.output + done.stderr


_READERS = {
    "Component": documents.component, "ComponentGroup": documents.group,
    "StatusPage": documents.page, "Audience": documents.audience,
    "Formula": documents.uptime_formula,
}  # fmt: skip
_words = st.sampled_from(
    ["name", "displayName", "spec", "metadata", "group", "parent", "audiences", "monitors",
     "start_date", "privacy", "networks", "position", "partial", "components", "down"]
)  # fmt: skip
_anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | _words
    | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_words, inner, max_size=6),
    max_leaves=20,
)  # fmt: skip


@given(
    st.sampled_from(sorted(_READERS)),
    st.fixed_dictionaries({}, optional={"metadata": _anything, "spec": _anything}),
)
def test_whatever_a_document_holds_the_answer_is_in_plain_words(kind, rest):
    try:
        _READERS[kind]({"apiVersion": "troth/v1", "kind": kind, **rest})
    except DocumentError as error:
        assert error.problems  # noqa: PT017 - anything else is a failure


def test_naughty_names_are_kept_or_refused_and_never_changed(shared):
    import json

    for text in json.loads((shared / "messy/blns/blns.json").read_text("utf-8")):
        document = {"apiVersion": "troth/v1", "kind": "Component",
                    "metadata": {"name": "x", "displayName": text}}  # fmt: skip
        try:
            found = documents.component(document)
        except DocumentError as error:
            assert "cannot be seen" in str(error) or "is the most" in str(error)  # noqa: PT017
        else:
            assert found.name == (text.strip() or "X")


@pytest.mark.django_db
@pytest.mark.mission("S3.13", "S3.14")
def test_a_page_lets_in_whom_it_declares_and_nobody_else(folder, paged, declared):
    declared("api")
    for privacy in ("public", "login", "link"):
        paged(privacy, privacy=privacy)
    paged("office", privacy="network", networks=["192.0.2.0/24", "2001:db8::/32"])

    def seen(page, *, signed_in=False, address="198.51.100.7", link="", at=NOW):
        person = 7 if signed_in else None
        found = queries.grant(page, person=person, address=address, link=link, at=at)
        return found is not None

    assert not seen("public")  # it needs no door
    assert (seen("login"), seen("login", signed_in=True)) == (False, True)
    assert not seen("nowhere")
    assert seen("office", address="192.0.2.9")
    assert seen("office", address="::ffff:192.0.2.9")
    assert seen("office", address="2001:db8::7")
    assert not any(seen("office", address=text) for text in ("198.51.100.7", "", "x", "::1"))
    until = datetime(2026, 3, 20, tzinfo=UTC)
    token = actions.invite(page="link", until=until, by="Ben", now=NOW)
    assert seen("link", link=token)
    assert not seen("link", link=token, at=until)
    assert not any(seen("link", link=text) for text in ("", "x", token[:-1] + "A", token + "A"))
    paged("other", privacy="link")
    assert not seen("other", link=token)
    actions.end_links(page="link", by="Ben", now=NOW)
    assert not seen("link", link=token)
    with pytest.raises(ValueError, match="within a year"):
        actions.invite(page="link", until=NOW, by="Ben", now=NOW)


@pytest.mark.django_db
def test_the_formula_is_shown_in_words_with_who_declared_it_and_since_when(weighed):
    assert queries.uptime_formula(at=NOW).number == 0
    assert "of a partial outage 30 %" in queries.uptime_formula(at=NOW).sentences[1]
    weighed(partial="12.5%", reason="Few are hit.")
    found = queries.uptime_formula(at=NOW)
    assert (found.number, found.author, found.reason) == (1, "Ada", "Few are hit.")
    assert "of a partial outage 12.5 %" in found.sentences[1]
    weighed(partial="12.5%", reason="Said again.")
    assert len(queries.formulas()) == 1


def test_the_example_of_the_documentation_is_what_it_says():
    for one in yaml.safe_load_all(SET):
        _READERS[one["kind"]](one)
