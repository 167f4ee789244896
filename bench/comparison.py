"""Two ways at one load, in turns, so that whatever else the machine does falls on both."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from rich.table import Table

from .measures import percentiles
from .report.data import step_row
from .step import Step

Value = float | None  # None where there was nothing to measure


@dataclass(frozen=True, slots=True)
class Comparison:
    """The steps of two ways under one load. A ratio is the second way's to the first's."""

    ways: Mapping[str, Sequence[Step]]

    def values(self, measure: str) -> list[Value]:
        """Return one value for each way, over all of its steps."""
        return [MEASURES[measure](steps) for steps in self.ways.values()]

    def ratio(self, measure: str) -> Value:
        first, second = self.values(measure)
        return second / first if first and second is not None else None

    def ratios(self, measure: str) -> list[Value]:
        """Return the ratio of each turn alone: what lies between them is noise."""
        return [turn.ratio(measure) for turn in self._turns()]

    def other_words(self) -> list[int]:
        """Count, for each way, the utterances whose words are not those of the very first step."""
        reference = next(iter(self.ways.values()))[0].figures.heard
        return [
            sum(words != same for step in steps for words, same in _pairs(step, reference))
            for steps in self.ways.values()
        ]

    def _turns(self) -> "list[Comparison]":
        turns = zip(*self.ways.values(), strict=False)  # the first way has one step more
        return [Comparison({"first": [a], "second": [b]}) for a, b in turns]


def in_turns(
    ways: Mapping[str, Callable[[], Step]], rounds: int, say: Callable[[str], None]
) -> Comparison:
    """Run a step of either way ``rounds`` times, and one more of the first at the end."""
    first, second = ways
    order = [first, second] * rounds + [first]
    steps: dict[str, list[Step]] = {name: [] for name in ways}
    for turn, name in enumerate(order, 1):
        say(f"{name}: step {turn} of {len(order)}")
        steps[name].append(ways[name]())
    return Comparison(steps)


def _pairs(step: Step, reference: list[list[str]]) -> "zip[tuple[list[str], list[str]]]":
    return zip(step.figures.heard, reference, strict=True)


def _percentile_ms(figure: str, rank: str) -> Callable[[Sequence[Step]], Value]:
    def measure(steps: Sequence[Step]) -> Value:
        seconds = [value for step in steps for value in getattr(step.figures, figure)]
        found = percentiles(seconds)[rank]
        return None if found is None else 1000 * found

    return measure


def _mean(value: Callable[[Step], Value]) -> Callable[[Sequence[Step]], Value]:
    """Return the mean over the steps that have the value, or None."""

    def measure(steps: Sequence[Step]) -> Value:
        values = [found for step in steps if (found := value(step)) is not None]
        return float(np.mean(values)) if values else None

    return measure


FINAL_P95 = "final, over endpointing, p95, ms"
INTERIMS = "interims per session"
WER = "word error rate, %"
COST = "CPU-seconds for each second of audio"
MEASURES: dict[str, Callable[[Sequence[Step]], Value]] = {
    "final, over endpointing, p50, ms": _percentile_ms("final_s", "p50"),
    FINAL_P95: _percentile_ms("final_s", "p95"),
    "first interim, p50, ms": _percentile_ms("first_interim_s", "p50"),
    "first interim, p95, ms": _percentile_ms("first_interim_s", "p95"),
    INTERIMS: _mean(lambda step: step.figures.interims / step.sessions),
    WER: _mean(lambda step: 100 * step.figures.wer if step.figures.words else None),
    "server's CPU, cores": _mean(lambda step: step.server_cores),
    COST: _mean(lambda step: step.cpu_of_a_session),
    "CPU of a session, % of a core": _mean(lambda step: 100 * step.cpu_of_a_session),
    "sessions for each core": _mean(lambda step: 1 / step.cpu_of_a_session),
    "requests in a batch": _mean(
        lambda step: float(np.mean(step.batch_sizes)) if step.batch_sizes else None
    ),
    "utterances lost, per step": _mean(lambda step: step.figures.lost),
    "sessions failed, per step": _mean(lambda step: step.figures.failures),
}
YARDSTICK = (COST, WER)  # what work that is not live can be compared in


def table(comparison: Comparison) -> Table:
    shown = measured(comparison, tuple(MEASURES))
    shown.add_row("utterances with other words", *map(str, comparison.other_words()))
    return shown


def measured(comparison: Comparison, measures: Sequence[str]) -> Table:
    first, second = comparison.ways
    shown = Table("", first, second, f"{second} ÷ {first}", "of each turn")
    for measure in measures:
        values = comparison.values(measure)
        if values == [None, None]:  # such as finals, where nobody spoke
            continue
        turns = ", ".join(_number(ratio) for ratio in comparison.ratios(measure))
        ratio = _number(comparison.ratio(measure))
        shown.add_row(measure, *map(_number, values), ratio, turns)
    return shown


def as_data(comparison: Comparison) -> dict[str, Any]:
    other_words = dict(zip(comparison.ways, comparison.other_words(), strict=True))
    return {**measured_data(comparison, tuple(MEASURES)), "other_words": other_words}


def measured_data(comparison: Comparison, measures: Sequence[str]) -> dict[str, Any]:
    return {
        "ratios": {measure: comparison.ratio(measure) for measure in measures},
        "ratios_of_turns": {measure: comparison.ratios(measure) for measure in measures},
        "steps": {
            way: [step_row(step) for step in steps] for way, steps in comparison.ways.items()
        },
    }


def _number(value: Value) -> str:
    return "–" if value is None else f"{value:.0f}" if value >= 100 else f"{value:.3g}"
