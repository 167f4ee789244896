"""A run as one table, on the terminal, in Markdown and as JSON, and as one plot."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.table import Table

from bench.measures import percentiles
from bench.report.plot import Plot, standalone, svg

from .measures import Figures
from .product import ENDPOINTING_MS, SILENCE_S
from .turns import MOST_LOST, Course, Plan

FILE = "bench-report-peers"
TIMES = {  # heading → the figure
    "first words": "first_s",
    "complete": "complete_s",
    "final": "final_s",
}
FINALS = Plot(
    "From the end of speech to its final (lower is better)", "final_s", 1000, "ms", True, True
)
MEANING = (
    "first words: from the begin of speech to the first word on the screen",
    "complete: from the end of speech until the words on the screen do not change any more",
    "final: from the end of speech until all of these words are flagged final",
    "words lost: said, and nothing in their place at the end; WER: word error rate at the end",
)
HEADINGS = ("", "sessions", *(f"{name} p50 / p95 s" for name in TIMES), "words lost", "WER %", "")


def fair_play(courses: Sequence[Course], plan: Plan) -> list[str]:
    """Say what was the same for all, and what was not."""
    same = (
        "The same CTranslate2 weights in int8, cores and recordings in real time, in turns within "
        "one run; a server sleeps while it is not its turn."
    )
    silence = (
        f"{ENDPOINTING_MS / 1000} s of silence before a final and beam 1, where they can be set; "
        f"{SILENCE_S} s of silence after each recording."
    )
    load = (
        f"Each session plays {plan.clips} recordings of one sentence over one connection, "
        f"{plan.rounds} × at each number of sessions. All connect before the first word and leave "
        "after the last. Clients run on the same machine."
    )
    held = (
        f"A product is raised no further once the p95 of its finals is over {plan.bound_s:g} s, "
        f"more than {MOST_LOST:.0%} of the words or finals are missing, or a session fails."
    )
    return [same, silence, load, held, *(f"{c.product.name}: {c.product.note}." for c in courses)]


def lines(courses: Sequence[Course]) -> list[tuple[str, ...]]:
    """Return the table's lines, those of one number of sessions beside each other."""
    counts = sorted({row.sessions for course in courses for row in course.rows})
    measured = [
        _line(course.product.name, row.sessions, row.figures, row.held)
        for count in counts
        for course in courses
        for row in course.rows
        if row.sessions == count
    ]
    missing = [
        (course.product.name, "–", "–", "–", "–", "–", "–", f"not run: {course.unavailable}")
        for course in courses
        if course.unavailable
    ]
    return measured + missing


def table(courses: Sequence[Course]) -> Table:
    shown = Table(*HEADINGS)
    for line in lines(courses):
        shown.add_row(*line)
    return shown


def markdown(courses: Sequence[Course]) -> str:
    rows = [HEADINGS, ("---",) * len(HEADINGS), *lines(courses)]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def write(courses: Sequence[Course], plan: Plan, conditions: dict[str, Any], folder: Path) -> None:
    """Write the table as .md and .json and the plot as .svg."""
    fair = fair_play(courses, plan)
    told = "\n".join(f"- {sentence}" for sentence in [*MEANING, *fair])
    (folder / f"{FILE}.md").write_text(f"{markdown(courses)}\n\n{told}\n")
    data = {"conditions": conditions, "fair_play": fair, "products": as_data(courses)}
    (folder / f"{FILE}.json").write_text(json.dumps(data, indent=1))
    (folder / f"{FILE}.svg").write_text(plot(courses, plan))


def plot(courses: Sequence[Course], plan: Plan) -> str:
    """Draw finals over the number of sessions: p50, and p95 dashed."""
    ways = {name: told for name, told in as_data(courses).items() if told["steps"]}
    drawn = {"ways": ways, "conditions": {"bound_ms": [1000 * plan.bound_s]}}
    title = f"{FINALS.title}: p50, and p95 dashed"
    return standalone(svg(FINALS, drawn, width=7.2, height=3.6, title=title)) if ways else ""


def as_data(courses: Sequence[Course]) -> dict[str, Any]:
    return {
        course.product.name: {
            "unavailable": course.unavailable,
            "steps": [
                {"sessions": row.sessions, "held": row.held, **_figures(row.figures)}
                for row in course.rows
            ],
        }
        for course in courses
    }


def _figures(figures: Figures) -> dict[str, Any]:
    counts = ("recordings", "unfinished", "words", "lost", "errors", "wer", "failures")
    times = {name: percentiles(getattr(figures, name)) for name in TIMES.values()}
    return {**times, **{name: getattr(figures, name) for name in counts}}


def _line(name: str, sessions: int, figures: Figures, held: bool) -> tuple[str, ...]:
    times = (percentiles(getattr(figures, figure)) for figure in TIMES.values())
    return (
        name,
        str(sessions),
        *(f"{_s(time['p50'])} / {_s(time['p95'])}" for time in times),
        f"{figures.lost} of {figures.words}",
        f"{100 * figures.wer:.1f}",
        "" if held else _fault(figures),
    )


def _fault(figures: Figures) -> str:
    """Say why it was raised no further."""
    if figures.failures:
        return f"{len(figures.failures)} sessions failed: {figures.failures[0]}"
    if figures.unfinished:
        return f"not held; {figures.unfinished} of {figures.recordings} without a final"
    return "not held"


def _s(seconds: float | None) -> str:
    return "–" if seconds is None else f"{seconds:.2f}"
