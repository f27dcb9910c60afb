"""Percentiles over many buckets: the same answer each time, exact where the buckets are small."""

import math
import random

import numpy as np
import pytest
from datasketches import kll_doubles_sketch
from hypothesis import given
from hypothesis import strategies as st

from troth.metrics.sketches import percentiles

VALUES = st.floats(-1e9, 1e9, allow_nan=False)


def sketch(values):
    made = kll_doubles_sketch(200)
    made.update(np.array(values, dtype=np.float64))
    return made.serialize()


@given(st.lists(st.lists(VALUES, max_size=40), max_size=8), st.floats(0, 1))
def test_small_buckets_are_ranked_exactly(buckets, rank):
    found = percentiles([sketch(bucket) for bucket in buckets], [rank])
    every = sorted(value for bucket in buckets for value in bucket)
    if not every:
        assert found is None
        return
    place = max(math.ceil(rank * len(every) - 1e-9), 1)
    assert found.values[rank] in (every[place - 1], every[min(place, len(every) - 1)])
    assert (found.n, found.least, found.most) == (len(every), every[0], every[-1])


@pytest.mark.mission("S4.17")
def test_the_same_sketches_have_one_answer_and_a_near_one():
    rng = random.Random(7)
    buckets = [[rng.expovariate(1 / 9) for _ in range(3000)] for _ in range(30)]
    kept = [sketch(bucket) for bucket in buckets]
    answers = {percentiles(kept, [0.5, 0.9]).values[0.9] for _ in range(20)}
    assert len(answers) == 1
    every = np.sort([value for bucket in buckets for value in bucket])
    rank = np.searchsorted(every, answers.pop()) / len(every)
    assert rank == pytest.approx(0.9, abs=0.014)


def test_no_value_has_no_percentile():
    assert percentiles([], [0.5]) is None
    assert percentiles([sketch([])], [0.5]) is None
