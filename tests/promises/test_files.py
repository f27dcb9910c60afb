"""Configuration as files: apply, prune, export, OpenSLO in and out; and `troth judge`."""

import json
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from troth.config.verbs.apply import apply_
from troth.config.verbs.export import export
from troth.core import clock
from troth.promises import actions, queries
from troth.promises.commands import judge
from troth.promises.models import Promise, Version
from troth.promises.rules import (
    calendars,
    document,
    exclusion_document,
    files,
    openslo,
    openslo_out,
)
from troth.promises.rules.terms import DocumentError
from troth.signals import actions as signals
from troth.signals.envelope import Signal

NOW = datetime(2026, 3, 18, 12, tzinfo=UTC)
EXAMPLES = Path(__file__).parents[2] / "examples"
MINIMAL = """
apiVersion: troth/v1
kind: Promise
metadata: {name: calls}
spec:
  text: We pick up.
  evaluator: event
  signals: {kind: call}
  good: outcome = 'answered'
  target: 90%
  windows: [7d]
  exclusions: [storm]
  needs: {cases: 1, coverage: 0}
"""
EXCLUSION = """
apiVersion: troth/v1
kind: Exclusion
metadata: {name: march-storm}
spec:
  promise: calls
  category: storm
  reason: The line was down.
  signed_by: Ada Lovelace
  from: 2026-03-10
  until: 2026-03-11
"""
METRIC = """
apiVersion: troth/v1
kind: Metric
metadata: {name: calls-answered}
spec:
  title: Calls answered
  over: call
  good: outcome = 'answered'
"""


@pytest.fixture
def folder(tmp_path):
    def write(**texts):
        for name, text in texts.items():
            (tmp_path / f"{name}.yaml").write_text(text)
        return tmp_path

    return write


def run(command, *arguments, answer=None):
    with clock.frozen(NOW):
        return CliRunner().invoke(
            command, [str(a) for a in arguments], input=answer, catch_exceptions=False
        )


def applied(place, *more):
    return run(apply_, "-f", place, "--yes", *more)


@pytest.mark.django_db
def test_applying_shows_the_plan_asks_and_does_it(folder):
    place = folder(a=MINIMAL)
    refused = run(apply_, "-f", place, answer="n\n")
    assert "+ create Promise calls" in refused.output
    assert not Promise.objects.exists()
    run(apply_, "-f", place, answer="y\n")
    assert Promise.objects.get().managed_by == "files"


@pytest.mark.django_db
def test_applying_twice_changes_nothing_and_only_what_differs_is_changed(folder):
    place = folder(a=MINIMAL)
    applied(place)
    assert "0 changes, 1 as they are." in applied(place).output
    folder(a=MINIMAL.replace("90%", "95%"))
    assert "~ change Promise calls: spec.target" in applied(place).output
    assert Version.objects.count() == 2


@pytest.mark.django_db
def test_a_dry_run_and_a_mistake_anywhere_change_nothing(folder):
    place = folder(a=MINIMAL, b=MINIMAL.replace("calls", "mails").replace("7d", "7x"))
    done = applied(place)
    assert "b.yaml, document 1: spec.windows[0]: “7x” is no duration" in done.output
    assert not Promise.objects.exists()
    folder(b=MINIMAL.replace("calls", "mails"))
    assert "2 changes" in applied(place, "--dry-run").output
    assert not Promise.objects.exists()


@pytest.mark.django_db
def test_pruning_retires_what_left_the_files_and_deletes_nothing(folder, tmp_path):
    place = folder(a=MINIMAL, b=MINIMAL.replace("calls", "mails"))
    applied(place)
    with clock.frozen(NOW):
        hand = yaml.safe_load(MINIMAL.replace("calls", "by-hand"))
        actions.declare(spec=hand, author="Ada", now=NOW)
    (tmp_path / "b.yaml").unlink()
    assert "2 as they are" not in applied(place).output
    done = applied(place, "--prune")
    assert "- retire Promise mails" in done.output
    assert "by-hand" not in done.output
    assert {p.slug: p.retired_at is None for p in queries.promises()} == {
        "calls": True, "mails": False, "by-hand": True,
    }  # fmt: skip


@pytest.mark.django_db
def test_exclusions_and_metrics_come_from_files_too(folder):
    place = folder(a=MINIMAL, b=EXCLUSION, c=METRIC)
    done = applied(place)
    assert "create Metric calls-answered" in done.output
    (row,) = queries.exclusions(slug="calls")
    assert (row.category, row.signed_by, row.retroactive) == ("storm", "Ada Lovelace", True)
    assert "0 changes" in applied(place).output
    folder(b=EXCLUSION.replace("The line was down", "A tree fell on the line"))
    assert "change Exclusion march-storm: reason" in applied(place).output
    rows = queries.exclusions(slug="calls")
    assert sorted(row.withdrawn_at is None for row in rows) == [False, True]
    assert [row.slug for row in queries.exclusions(slug="calls", withdrawn=False)] == ["calls"]


@pytest.mark.django_db
def test_a_refused_file_is_told_by_the_exit_code(folder):
    place = folder(a=MINIMAL.replace("7d", "7x"))
    with clock.frozen(NOW):
        done = CliRunner().invoke(apply_, ["-f", str(place), "--yes"], standalone_mode=False)
    assert done.return_value == 1


@pytest.mark.django_db
def test_a_promise_may_name_a_metric_and_keeps_what_it_meant_then(folder):
    text = MINIMAL.replace("{kind: call}", "{metric: calls-answered}").replace(
        "  good: outcome = 'answered'\n", ""
    )
    applied(folder(a=METRIC, b=text))
    (version,) = Version.objects.all()
    assert version.measured["calls-answered"]["kinds"] == ["call"]


@pytest.mark.django_db
def test_the_answer_in_json_holds_plan_and_outcome(folder):
    done = run(apply_, "-f", folder(a=MINIMAL), "--json")
    told = json.loads(done.output)
    assert told["applied"] == 1
    assert told["steps"] == [{"verb": "create", "kind": "Promise", "name": "calls", "fields": []}]


@pytest.mark.django_db
def test_what_is_exported_applies_again_without_a_change(folder, tmp_path):
    applied(folder(a=MINIMAL, b=EXCLUSION, c=METRIC))
    run(export, "-o", tmp_path / "out")
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert names == ["exclusion-march-storm.yaml", "metric-calls-answered.yaml",
                     "promise-calls.yaml"]  # fmt: skip
    assert "0 changes, 3 as they are." in applied(tmp_path / "out").output


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: [", "is no YAML"),
        ("- 1", "must hold documents with named fields"),
        ("apiVersion: troth/v2\nkind: Promise", "write troth/v1 or openslo/v1"),
        ("apiVersion: troth/v1\nkind: Promis", "did you mean “Promise”?"),
        (MINIMAL + "---" + MINIMAL, "stands in a.yaml, document 1 too"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(text, said):
    with pytest.raises(DocumentError, match=said.replace("?", "[?]")):
        files.load([("a.yaml", text)])


_words = st.sampled_from(
    ["apiVersion", "kind", "metadata", "spec", "name", "labels", "annotations", "objectives",
     "indicator", "indicatorRef", "timeWindow", "target", "windows", "signals", "due", "clock",
     "verdict", "needs", "exclusions", "evaluator", "openslo/v1", "troth/v1", "SLO", "SLI",
     "Promise", "Calendar", "Exclusion", "deadline", "28d", "after", "calendar", "duration"]
)  # fmt: skip
_anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | _words
    | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_words, inner, max_size=6),
    max_leaves=20,
)  # fmt: skip


@given(
    st.fixed_dictionaries(
        {"apiVersion": st.sampled_from(["openslo/v1", "troth/v1"]),
         "kind": st.sampled_from(["SLO", "SLI", "Promise", "Calendar", "Exclusion"])},
        optional={"metadata": _anything, "spec": _anything},
    )
)  # fmt: skip
def test_whatever_a_file_holds_the_answer_is_in_plain_words(thing):
    readers = {"Calendar": calendars.read, "Exclusion": exclusion_document.read}
    with suppress(DocumentError):  # anything else is a failure
        for one in files.load([("a.yaml", yaml.safe_dump(thing))]).documents:
            readers.get(one.kind, document.read)(one.document)


def _examples():
    return files.load(
        [(path.name, path.read_text()) for path in sorted((EXAMPLES / "openslo").glob("*.yaml"))]
    )


def test_openslo_documents_become_promises_and_the_rest_is_said_to_be_ignored():
    found = _examples()
    terms = {one.name: document.read(one.document) for one in found.of("Promise")}
    assert set(terms) == {
        "on-time-delivery", "breach-notice-72h", "checkout-works", "checkout-is-up",
        "search-is-quick", "search-is-quick-2",
    }  # fmt: skip
    assert terms["checkout-is-up"].counting.slice == 300
    assert terms["checkout-is-up"].counting.slice_good == "share >= 0.95"
    assert str(terms["checkout-is-up"].windows[0]) == "1M"
    assert terms["search-is-quick"].counting.good == "value <= 0.8"
    assert str(terms["search-is-quick-2"].target) == "999/1000"
    for kind in ("Service web-shop", "DataSource metrics-cluster", "AlertPolicy page-the-shop"):
        assert f"{kind} is ignored" in found.remarks
    assert any("is not run here" in remark for remark in found.remarks)


def test_the_designs_own_example_says_what_it_means():
    terms = {one.name: document.read(one.document) for one in _examples().of("Promise")}
    delivery, notice = terms["on-time-delivery"], terms["breach-notice-72h"]
    assert (delivery.evaluator, str(delivery.target)) == ("deadline", "97/100")
    assert delivery.counting.due == "due_at"
    assert delivery.needs.heartbeat == 24 * 3600
    assert delivery.categories[1].name == "force-majeure"
    assert delivery.segments == ("country", "carrier", "plan")
    assert (notice.evaluator, notice.target) == ("invariant", 1)
    assert [str(window) for window in notice.windows] == ["365d", "1Y"]
    assert notice.zone == "Europe/Berlin"


def test_every_promise_survives_the_way_to_openslo_and_back():
    documents = [one.document for one in _examples().of("Promise")]
    documents += list(yaml.safe_load_all((EXAMPLES / "boston311/promises.yaml").read_text()))
    for one in documents:
        terms = document.read(one)
        (back,) = openslo.read([openslo_out.write(terms)]).promises
        assert _without_position(document.read(back)) == _without_position(terms)


def _without_position(terms):
    return {name: getattr(terms, name) for name in terms.__slots__ if name != "position"}


def test_written_openslo_keeps_to_the_specification():
    for one in _examples().of("Promise"):
        written = openslo_out.write(document.read(one.document))
        assert (written["apiVersion"], written["kind"]) == ("openslo/v1", "SLO")
        assert 0 <= written["spec"]["objectives"][0]["target"] < 1
        assert written["spec"]["budgetingMethod"] in ("Occurrences", "Timeslices")
        assert len(written["spec"]["timeWindow"]) == 1


def test_an_indicator_that_is_not_there_is_named_with_the_nearest():
    text = (EXAMPLES / "openslo/services.yaml").read_text()
    broken = text.replace("indicatorRef: checkout-answers", "indicatorRef: checkout-answer", 1)
    with pytest.raises(DocumentError, match="did you mean “checkout-answers”"):
        files.load([("a.yaml", broken)])


@pytest.mark.django_db
def test_judge_prints_a_table_and_the_same_in_json(folder):
    applied(folder(a=MINIMAL))
    batch = [Signal(source="phone", kind="call", key=str(n), happened_at=NOW, outcome="answered")
             for n in range(9)]  # fmt: skip
    signals.accept(batches=[batch], door="test", now=NOW)
    done = run(judge)
    assert "calls" in done.output
    assert "9 / 9" in done.output
    (told,) = json.loads(run(judge, "--json", "--promise", "calls").output)
    assert told["windows"][0]["verdict"] == "kept"


@pytest.mark.django_db
def test_judge_as_of_a_time_before_anything_was_recorded_names_at(folder):
    applied(folder(a=MINIMAL))
    done = run(judge, "--as-of", "2016-01-13")
    assert "Nothing had been recorded by 2016-01-13" in done.output
    assert "use --at" in done.output


@pytest.mark.django_db
def test_judge_refuses_unknown_promises_and_instants_without_an_offset(folder):
    applied(folder(a=MINIMAL))
    assert "did you mean “calls”?" in run(judge, "--promise", "call").output
    assert "needs its offset" in run(judge, "--at", "2026-01-31T18:00").output


TO_ONE = MINIMAL.replace("  target:", "  visibility: audience\n  audience: partners\n  target:")
PARTNERS = "apiVersion: troth/v1\nkind: Audience\nmetadata: {name: partners}\n"


@pytest.mark.django_db
@pytest.mark.mission("S3.15")
def test_a_promise_to_readers_whom_nobody_declared_is_refused_and_those_there_are_named(folder):
    alone = applied(folder(a=TO_ONE)).output
    assert "spec.audience: there is no audience “partners”; declare it first" in alone
    applied(folder(a=PARTNERS.replace("partners", "resellers")))
    named = applied(folder(b=TO_ONE)).output
    assert "there is no audience “partners”; there are resellers" in named
    near = applied(folder(b=TO_ONE.replace("partners", "reselers"))).output
    assert "there is no audience “reselers”; did you mean “resellers”?" in near
    assert not Promise.objects.exists()


@pytest.mark.django_db
def test_files_may_declare_readers_and_what_they_are_promised_together(folder):
    assert "Applied: 2 things." in applied(folder(a=TO_ONE, b=PARTNERS)).output
    assert "0 changes" in applied(folder(a=TO_ONE, b=PARTNERS)).output
    assert Promise.objects.get().visibility == "audience"
    spec = yaml.safe_load(TO_ONE.replace("partners", "nobody"))
    with clock.frozen(NOW), pytest.raises(DocumentError, match="there is no audience “nobody”"):
        actions.declare(spec=spec, author="Ada", now=NOW)
