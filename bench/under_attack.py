"""Good sessions in calm and under attack: what they may lose by it, and if they lose more."""

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from rich.table import Table

from stt_testing.local_server import RunningServer

from .attackers import Tally, run_attackers
from .comparison import FINAL_P95, Comparison
from .load import STAGGER_S, plays
from .step import Step, run_step, spread

PLACES = {"STT_MAX_SESSIONS": "100", "STT_MAX_CONNECTIONS": "250"}  # fewer than attackers take
NICENESS = 19  # attackers have machines of their own: here they must not take the server's time
MOST_LATER = 3.0  # p95 of finals under attack, over that in calm
PROMPT = (  # as long as hostile ones, so that the model may get them in one batch
    "The caller has a ticket for the night train and asks at the desk for a seat by the window, "
    "a bed for two and the way to the platform."
)


@dataclass(slots=True)
class UnderAttack:
    """Steps of the same good sessions. ``attacks`` are those at once beside them."""

    server: RunningServer
    clients: ProcessPoolExecutor
    attackers: ProcessPoolExecutor
    attacks: Sequence[str]
    sessions: int
    seconds: float
    endpointing_s: float
    tallies: dict[str, Tally] = field(default_factory=dict)

    def calm(self) -> Step:
        load = plays(self.sessions, self.seconds)
        return run_step(self.server, self.clients, load, self.endpointing_s, prompt=PROMPT)

    def attacked(self) -> Step:
        """Return when the attackers have ended as well."""
        seconds = self.seconds + STAGGER_S
        begun = [
            self.attackers.submit(run_attackers, self.server.url, names, seconds)
            for names in spread(self.attacks)
        ]
        step = self.calm()
        for tally in (tally for attackers in begun for tally in attackers.result()):
            self.tallies.setdefault(tally.attack, Tally(tally.attack)).add(tally)
        return step


def broken_promises(calm_and_attacked: Comparison) -> list[str]:
    """Say what good sessions lost to the attacks that they must not lose."""
    broken = []
    calm_words, attacked_words = calm_and_attacked.other_words()
    if calm_words or attacked_words:
        broken.append(f"other words in {attacked_words} utterances, in {calm_words} in calm")
    failed = sum(step.figures.failures for step in calm_and_attacked.ways["attacked"])
    if failed:
        broken.append(f"{failed} sessions failed")
    ratio = calm_and_attacked.ratio(FINAL_P95)
    if ratio is None:
        broken.append("there are no finals to compare")
    elif ratio > MOST_LATER:
        broken.append(f"p95 of finals is {ratio:.1f} times that in calm, over {MOST_LATER}")
    return broken


def table(tallies: Sequence[Tally]) -> Table:
    shown = Table("attack", "attempts", "how they were answered", "without an end")
    for tally in tallies:
        answers = ", ".join(f"{count} × {answer}" for answer, count in tally.answers.most_common())
        shown.add_row(tally.attack, str(tally.attempts), answers, str(tally.without_an_end))
    return shown


def as_data(tallies: Sequence[Tally]) -> list[dict[str, Any]]:
    return [
        {
            "attack": tally.attack,
            "attempts": tally.attempts,
            "answers": dict(tally.answers.most_common()),
            "without_an_end": tally.without_an_end,
        }
        for tally in tallies
    ]
