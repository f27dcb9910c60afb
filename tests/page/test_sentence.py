import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from troth.page.sentence import Spoken, listed, sentence
from troth.promises.rules.results import Verdict

KEPT, RISK, BROKEN = Verdict.KEPT, Verdict.AT_RISK, Verdict.BROKEN
NONE, FEW, OFF = Verdict.NO_DATA, Verdict.NOT_ENOUGH, Verdict.SUSPENDED


def said(*verdicts, evaluator="deadline", topics=(), names=()):
    topics = dict(enumerate(topics))
    names = dict(enumerate(names))
    spoken = [
        Spoken(verdict, evaluator, names.get(i, f"N{i}"), topics.get(i, ""))
        for i, verdict in enumerate(verdicts)
    ]
    return whole(sentence(spoken))


def whole(said):
    return f"{said.headline} {said.more}".strip()


TABLE = [
    ([], "We have not published a promise yet.", "Wir haben noch kein Versprechen veröffentlicht."),
    ([KEPT], "Everything is as we promised.", "Alles ist so, wie wir es versprochen haben."),
    ([KEPT, KEPT], "Everything is as we promised.", "Alles ist so, wie wir es versprochen haben."),
    (
        [NONE],
        "We cannot say yet whether we keep our promises: there is no data.",
        "Ob wir unsere Versprechen halten, können wir noch nicht sagen: Es gibt keine Daten.",
    ),
    (
        [NONE, FEW],
        "We cannot say yet whether we keep our promises: there is not enough evidence.",
        "Ob wir unsere Versprechen halten, können wir noch nicht sagen: Die Belege reichen nicht.",
    ),
    (
        [OFF],
        "All our promises are suspended for now.",
        "Alle unsere Versprechen sind zurzeit ausgesetzt.",
    ),
    (
        [KEPT, NONE],
        "What we can measure is as we promised. On 1 promise we cannot say yet.",
        (
            "Was wir messen können, ist wie versprochen. "
            "Zu 1 Versprechen können wir noch nichts sagen."
        ),
    ),
    ([BROKEN], "We are not keeping our promise.", "Wir halten unser Versprechen nicht."),
    (
        [BROKEN, BROKEN],
        "We are not keeping any of our promises.",
        "Wir halten keines unserer Versprechen.",
    ),
    (
        [BROKEN, KEPT],
        "We are not keeping “N0”. The rest is on time.",
        "Wir halten „N0“ nicht ein. Alles andere ist pünktlich.",
    ),
    (
        [BROKEN, BROKEN, KEPT],
        "We are not keeping “N0” and “N1”. The rest is on time.",
        "Wir halten „N0“ und „N1“ nicht ein. Alles andere ist pünktlich.",
    ),
    (
        [BROKEN, BROKEN, BROKEN, BROKEN, KEPT],
        "We are not keeping 4 of our 5 promises. The rest is on time.",
        "Wir halten 4 unserer 5 Versprechen nicht. Alles andere ist pünktlich.",
    ),
    (
        [RISK, KEPT],
        "We may soon not keep “N0”. The rest is on time.",
        "Wir halten „N0“ vielleicht bald nicht mehr ein. Alles andere ist pünktlich.",
    ),
    (
        [BROKEN, NONE],
        "We are not keeping “N0”. On 1 promise we cannot say yet.",
        "Wir halten „N0“ nicht ein. Zu 1 Versprechen können wir noch nichts sagen.",
    ),
    (
        [KEPT, OFF, OFF],
        "What we can measure is as we promised. 2 promises are suspended.",
        "Was wir messen können, ist wie versprochen. 2 Versprechen sind ausgesetzt.",
    ),
]


@pytest.mark.mission("S4.5", "S3.4")
@pytest.mark.parametrize(("verdicts", "english", "german"), TABLE)
def test_the_sentence_says_what_is_true_in_both_languages(verdicts, english, german):
    with translation.override("en"):
        assert said(*verdicts) == english
    with translation.override("de"):
        assert said(*verdicts) == german


def test_topics_are_spoken_as_people_would_say_them():
    topics = ("street lights", "graffiti", "signs")
    with translation.override("en"):
        two = said(BROKEN, BROKEN, KEPT, topics=topics)
        assert (
            two == "Street lights and graffiti take longer than we promised. The rest is on time."
        )
        assert said(BROKEN, KEPT, topics=topics) == (
            "We are late with street lights. The rest is on time."
        )
        assert said(BROKEN, KEPT, topics=topics, evaluator="event") == (
            "We do not do what we promised about street lights. The rest is as we promised."
        )
    with translation.override("de"):
        three = said(BROKEN, BROKEN, BROKEN, KEPT, topics=("Laternen", "Graffiti", "Schilder"))
        assert three.startswith("Laternen, Graffiti und Schilder dauern länger als versprochen.")


def test_an_untested_promise_is_not_called_kept():
    with translation.override("en"):
        untested = Spoken(NONE, "invariant", "Notice", untested=True)
        assert whole(sentence([untested])) == "None of our promises has been put to the test yet."
        assert whole(sentence([Spoken(KEPT, "event", "A"), untested])) == (
            "What we can measure is as we promised. 1 promise has not been put to the test yet."
        )


@given(st.lists(st.sampled_from(list(Verdict)), max_size=8), st.sampled_from(["en", "de"]))
def test_only_a_page_where_all_is_kept_says_that_everything_is(verdicts, language):
    all_is_well = {
        "en": "Everything is as we promised.",
        "de": "Alles ist so, wie wir es versprochen haben.",
    }
    with translation.override(language):
        said_now = said(*verdicts)
    assert (said_now == all_is_well[language]) == (bool(verdicts) and set(verdicts) == {KEPT})
    assert said_now.endswith(".")
    assert "%" not in said_now


def test_lists_are_joined_as_each_language_does():
    with translation.override("en"):
        assert [listed([]), listed(["a"]), listed(["a", "b", "c"])] == ["", "a", "a, b and c"]
    with translation.override("de"):
        assert listed(["a", "b"]) == "a und b"


def test_the_worst_is_the_headline_and_the_rest_stands_below():
    spoken = [
        Spoken(BROKEN, "deadline", "A", "lights"),
        Spoken(RISK, "deadline", "B", "trees"),
        Spoken(KEPT, "deadline", "C", "signs"),
        Spoken(NONE, "invariant", "D", untested=True),
    ]
    with translation.override("en"):
        said = sentence(spoken)
    assert said.headline == "We are late with lights."
    assert said.more == (
        "We may soon be late with trees. What else we can measure is as we promised. "
        "1 promise has not been put to the test yet."
    )
