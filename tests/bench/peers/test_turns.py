"""Whole runs with our own server and ones that are no good; no peer is installed."""

from dataclasses import replace

import pytest

import stt_model_pico
from bench.peers.measures import Figures
from bench.peers.ours import ours
from bench.peers.product import Launch
from bench.peers.turns import Plan, holds, run

GOOD = Figures(final_s=[0.6] * 20, recordings=20, words=100)


@pytest.mark.parametrize(
    "worse",
    [
        {"final_s": [0.6] * 10 + [9.0] * 10},
        {"final_s": [0.6] * 10},
        {"lost": 6},
        {"failures": ["refused"]},
        {"final_s": [], "recordings": 0},
    ],
    ids=["late finals", "missing finals", "lost words", "a failed session", "nothing heard"],
)
def test_a_product_that_is_late_or_loses_words_does_not_hold(worse: dict[str, object]) -> None:
    assert holds(GOOD, bound_s=5.0)
    assert not holds(replace(GOOD, **worse), bound_s=5.0)  # type: ignore[arg-type]


def test_a_product_that_does_not_start_is_told_and_the_others_take_their_turns() -> None:
    broken = replace(
        ours("broken", {}), launch=lambda weights, port: Launch(("-c", "exit('no such weights')"))
    )
    said: list[str] = []
    courses = run(
        [broken, ours("ours", {})], stt_model_pico.path(), Plan([1], 1, 1, 60.0), said.append
    )
    assert courses[0].unavailable == "it ended: no such weights" and not courses[0].rows
    [row] = courses[1].rows
    assert (row.sessions, row.held, row.figures.recordings) == (1, True, 1)
    assert said[-1] == "ours, 1 at once: turn 1 of 1"


def test_a_product_is_raised_no_further_once_it_does_not_hold() -> None:
    [course] = run(
        [ours("ours", {})], stt_model_pico.path(), Plan([1, 2], 1, 1, bound_s=0.0), lambda _: None
    )
    assert [(row.sessions, row.held) for row in course.rows] == [(1, False)]
