"""Raise the load on each way to serve, in turns, until it is no longer held. Serves nothing."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from .measures import percentiles
from .ramp import Ramp
from .step import Step
from .ways import Way


@dataclass(slots=True)
class Climb:
    """The steps of one way. Each counts for every bound, whichever of them asked for it."""

    way: Way
    ramps: Mapping[float, Ramp]
    """One for each bound: the p95 of finals that is to be held, in ms over endpointing."""
    steps: list[Step] = field(default_factory=list)
    flush_s: dict[str, list[float]] = field(default_factory=dict)

    def next(self) -> int | None:
        """Return the sessions to try; None when every bound is known well enough."""
        return next(filter(None, (ramp.next() for ramp in self.ramps.values())), None)

    def add(self, step: Step) -> None:
        self.steps.append(step)
        for bound_ms, ramp in self.ramps.items():
            ramp.results[step.sessions] = holds(step, bound_ms)

    def __str__(self) -> str:
        held = (f"{ramp.sustained} at {bound:g} ms" for bound, ramp in self.ramps.items())
        return f"{self.way.name}: sustained {', '.join(held)} so far"


def holds(step: Step, bound_ms: float) -> bool:
    """Tell if nothing was lost, and the finals came in time."""
    p95_s = percentiles(step.figures.final_s)["p95"]
    complete = not step.figures.lost and not step.figures.failures
    return complete and p95_s is not None and 1000 * p95_s <= bound_ms


def climb_in_turns(
    climbs: Sequence[Climb], step: Callable[[Way, int], Step], say: Callable[[str], None]
) -> None:
    """Whatever else the machine does falls on all ways, as long as they climb."""
    while climbing := [climb for climb in climbs if climb.next()]:
        for climb in climbing:
            sessions = climb.next()
            assert sessions is not None
            say(f"{climb}; now {sessions} sessions")
            climb.add(step(climb.way, sessions))
