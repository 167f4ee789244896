"""Each product in turn at each number of sessions, until it holds no longer."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from bench.measures import percentiles

from .clients import Log, converse
from .environments import Unavailable
from .measures import Figures, measure
from .plays import Play, plays
from .product import Product
from .servers import Server, serving

MOST_LOST = 0.05  # of words, and of finals; small models drop a word now and then in any server


@dataclass(slots=True)
class Row:
    """One product at one number of sessions."""

    sessions: int
    figures: Figures
    held: bool


@dataclass(slots=True)
class Course:
    """What one product did, and why it did no more."""

    product: Product
    rows: list[Row] = field(default_factory=list)
    server: Server | None = None
    unavailable: str | None = None

    @property
    def goes_on(self) -> bool:
        return self.server is not None and all(row.held for row in self.rows)


@dataclass(frozen=True, slots=True)
class Plan:
    """``rounds`` turns of each product at each number of sessions; finals within ``bound_s``."""

    sessions: Sequence[int]
    clips: int
    rounds: int
    bound_s: float


def run(
    products: Sequence[Product], weights: Path, plan: Plan, say: Callable[[str], None]
) -> list[Course]:
    """Start all, then measure in turns, so that whatever else the machine does falls on all."""
    courses = [Course(product) for product in products]
    with ExitStack() as servers:
        for course in courses:
            say(f"{course.product.name}: install if needed, and start")
            _start(course, weights, servers)
        for sessions in plan.sessions:
            _measure([course for course in courses if course.goes_on], sessions, plan, say)
    return courses


def _start(course: Course, weights: Path, servers: ExitStack) -> None:
    """Give it a server that has heard one recording, or say why there is none to be had."""
    try:
        course.server = servers.enter_context(serving(course.product, weights))
        [log] = _converse(course, plays(1, 1))
        if log.failure is not None:
            raise Unavailable(log.failure)
    except Unavailable as reason:
        course.server, course.unavailable = None, str(reason)


def _measure(
    courses: Sequence[Course], sessions: int, plan: Plan, say: Callable[[str], None]
) -> None:
    logs: list[list[Log]] = [[] for _ in courses]
    for turn in range(1, plan.rounds + 1):
        load = plays(sessions, plan.clips, seed=1000 * turn + sessions)
        for course, own in zip(courses, logs, strict=True):
            say(f"{course.product.name}, {sessions} at once: turn {turn} of {plan.rounds}")
            own += _converse(course, load)
    for course, own in zip(courses, logs, strict=True):
        figures = measure(own)
        course.rows.append(Row(sessions, figures, holds(figures, plan.bound_s)))


def _converse(course: Course, load: Sequence[Play]) -> list[Log]:
    assert course.server is not None
    with course.server.awake():
        return asyncio.run(converse(course.product, course.server.port, load))


def holds(figures: Figures, bound_s: float) -> bool:
    """Tell if all sessions came to their end, with their words and with finals in time."""
    late = percentiles(figures.final_s)["p95"]
    complete = (
        not figures.failures
        and figures.lost <= MOST_LOST * figures.words
        and figures.unfinished <= MOST_LOST * figures.recordings
    )
    return complete and late is not None and late <= bound_s
