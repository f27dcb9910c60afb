"""What cannot be kept or never asked is refused when a promise is declared, with its place."""

import pytest
import yaml
from click.testing import CliRunner

from tests.promises.test_files import MINIMAL, NOW
from troth.config.verbs.apply import apply_
from troth.core import clock
from troth.promises import actions, queries
from troth.promises.models import Promise, Version
from troth.promises.rules.terms import DocumentError
from troth.signals import actions as signals
from troth.signals.envelope import Signal


def promise(name="calls", segments=None, **labels):
    found = yaml.safe_load(MINIMAL)
    found["metadata"] = {"name": name, "labels": labels}
    found["spec"] |= {"segments": segments} if segments else {}
    return found


def applied(tmp_path, *documents):
    file = tmp_path / "all.yaml"
    file.write_text(yaml.safe_dump_all(documents))
    return CliRunner().invoke(apply_, ["-f", str(file), "--yes"], standalone_mode=False)


WRONG = [
    ({"touchpoint": "p" * 101}, r"metadata.labels.touchpoint: is longer than 100 characters: 101"),
    ({"pillar": "p" * 61}, r"metadata.labels.pillar: is longer than 60 characters: 61"),
    ({"segments": ["country", "Kanal"]}, r"spec.segments[1]: “Kanal” cannot be an attribute"),
    ({"segments": ["a b"]}, r"spec.segments[0]: “a b” cannot be an attribute"),
    ({"segments": ["a", "a"]}, r"spec.segments[1]: “a” is there twice"),
    ({"above": "5%"}, r"metadata.labels.above: a promise has its target"),
    ({"team": "x"}, r"metadata.labels.team: there is no such field"),
]


@pytest.mark.parametrize(("wrong", "said"), WRONG)
def test_a_promise_is_refused_with_the_field_and_the_reason(db, tmp_path, wrong, said):
    with pytest.raises(DocumentError) as found:
        actions.declare(spec=promise(**wrong), author="Ada", now=NOW)
    assert said in str(found.value)
    told = applied(tmp_path, promise("well"), promise(**wrong))
    assert said in told.output
    assert "Nothing was changed" in told.output
    assert not Promise.objects.exists()


def test_what_is_as_long_as_it_may_be_is_kept(db):
    found = promise(touchpoint="p" * 100, pillar="p" * 60)
    found["metadata"]["displayName"] = "n" * 200
    actions.declare(spec=found, author="Ada", now=NOW)
    found["metadata"]["displayName"] += "n"
    with pytest.raises(DocumentError, match=r"metadata\.displayName: is longer than 200"):
        actions.declare(spec=found, author="Ada", now=NOW)


def test_a_promise_of_before_is_still_judged_and_shown(db):
    """An older version took such texts where the database did not mind: they stand."""
    actions.declare(spec=promise(), author="Ada", now=NOW)
    row = Version.objects.get()
    row.spec["metadata"]["labels"]["touchpoint"] = "p" * 150
    row.spec["spec"]["segments"] = ["Kanal"]
    row.save()
    assert [one.slug for one in queries.standing(at=NOW)] == ["calls"]


def said(key, **segment):
    now = clock.now()
    told = Signal(source="s", kind="call", happened_at=now, key=key, outcome="answered",
                  segment=segment)  # fmt: skip
    signals.accept(batches=[[told]], door="test", now=now)
    signals.seal(now=now)


def test_a_segment_that_no_case_has_is_remarked_upon_and_taken(db, tmp_path):
    assert "note:" not in applied(tmp_path, promise(segments=["contry"])).output, "nothing came yet"
    said("1", country="DE", channel="app")
    found = applied(tmp_path, promise(segments=["contry", "channel", "zzz"]))
    assert found.exit_code == 0
    assert (
        "none of its newest cases has a segment “contry”; did you mean “country”?" in found.output
    )
    assert "a segment “zzz”; they have channel, country" in found.output
    assert "“channel”" not in found.output.replace("mean “channel”", "")
    assert Version.objects.count() == 2
    assert "note:" not in applied(tmp_path, promise(segments=["contry", "channel", "zzz"])).output


def test_of_several_metrics_the_wrong_one_is_named(db, tmp_path):
    metric = {"apiVersion": "troth/v1", "kind": "Metric", "spec": {"title": "T", "over": "cart"},
              "metadata": {"name": "good-one"}}  # fmt: skip
    wrong = metric | {"metadata": {"name": "wrong-one", "labels": {"team": "x"}}}
    told = applied(tmp_path, metric, wrong).output
    assert "metadata.labels.team" in told
    assert "document 2: metadata.labels.team" in told
    assert "document 1" not in told
