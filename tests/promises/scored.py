"""Promises made up at random, with all that can happen to them: for tests of the score."""

from dataclasses import replace

from hypothesis import strategies as st

from troth.promises.scoring.constants import Constants
from troth.promises.scoring.evidence import Evidence, Rows
from troth.promises.scoring.integrity import Deed

START, END = 730_100, 730_130
TARGETS = (0.0, 0.001, 0.03, 0.1, 0.5, 1.0)


@st.composite
def promises(draw, slug):
    segments = tuple(f"s{n}" for n in range(draw(st.integers(1, 4))))
    rows = draw(
        st.lists(
            st.tuples(
                st.integers(START - 400, END + 5),
                st.integers(0, len(segments) - 1),
                st.integers(0, 2000),
                st.integers(0, 60),
            ),
            max_size=40,
        )
    )
    promised = sorted(
        draw(
            st.lists(
                st.tuples(st.integers(START - 200, END), st.sampled_from(TARGETS)),
                min_size=1,
                max_size=3,
                unique_by=lambda pair: pair[0],
            )
        )
    )
    plain = Evidence(
        slug=slug,
        name=slug,
        pillar=draw(st.sampled_from(("quality", "team", "privacy", "nowhere"))),
        rows=Rows.of([]),
        promised=tuple(promised),
        segments=segments,
        scale=draw(st.sampled_from((1, 1, 60_000))),
        retired=draw(st.sampled_from((None, None, START - 40, START + 10))),
    )
    told = [
        (day, place, good * plain.scale, (good + bad) * plain.scale, plain.tolerance(day))
        for day, place, good, bad in rows
    ]
    return replace(plain, rows=Rows.of(told))


@st.composite
def worlds(draw):
    every = [draw(promises(f"p{n}")) for n in range(draw(st.integers(1, 4)))]
    deeds = [
        Deed(number, kind, "", day, until=until)
        for number, (kind, day, until) in enumerate(
            draw(
                st.lists(
                    st.tuples(
                        st.sampled_from(("concealment", "restatement", "exclusion")),
                        st.integers(START - 500, END),
                        st.sampled_from((None, None, START + 3)),
                    ),
                    max_size=3,
                )
            )
        )
    ]
    return every, deeds


@st.composite
def rules(draw):
    return Constants(
        version=draw(st.integers(0, 1)),
        half_life=draw(st.sampled_from((1.0, 14.0, 30.0, 90.0))),
        half_lives=draw(st.sampled_from(({}, {"p0": 7.0}))),
        loss_aversion=draw(st.sampled_from((0.0, 1.0, 2.0, 2.25))),
        weights=draw(st.sampled_from(({}, {"p0": 3.0}, {"p1": 0.0}))),
        prior_weight=draw(st.sampled_from((0.1, 1.0, 3.0))),
    )
