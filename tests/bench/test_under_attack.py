from dataclasses import replace
from typing import Any

import pytest

from bench.comparison import Comparison
from bench.measures import Figures
from bench.step import Step
from bench.under_attack import broken_promises

CALM = Step(1, Figures(final_s=[0.1], heard=[["yes"]]), 0.5, 1.0, 1.0, 100.0, None, [1], 0.5)


def attacked(**figures: Any) -> Comparison:
    under_attack = replace(CALM, figures=replace(CALM.figures, **figures))
    return Comparison({"calm": [CALM, CALM], "attacked": [under_attack]})


def test_finals_may_come_up_to_three_times_as_late_under_attack() -> None:
    assert broken_promises(attacked(final_s=[0.29])) == []


@pytest.mark.parametrize(
    ("figures", "complaint"),
    [
        ({"final_s": [0.31]}, "p95 of finals is 3.1 times"),
        ({"final_s": []}, "there are no finals"),
        ({"heard": [["no"]]}, "other words in 1 utterances"),
        ({"failures": 2}, "2 sessions failed"),
    ],
)
def test_the_report_says_what_good_sessions_lose_to_an_attack(
    figures: dict[str, object], complaint: str
) -> None:
    [said] = broken_promises(attacked(**figures))
    assert said.startswith(complaint)
