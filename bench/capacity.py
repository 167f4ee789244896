"""Raise the load on each way to serve until it is no longer held."""

import argparse
from concurrent.futures import ProcessPoolExecutor

from rich.progress import Progress

from local_server import RunningServer

from .flushes import run_flushes, run_plugin_flushes
from .load import plays
from .measures import CalmErrors
from .ramp import Ramp
from .report import ModeRun
from .step import Step, calm_errors, run_step
from .ways import Way, serving

FLUSH_SESSIONS = 8


class Capacity:
    """Runs modes one after the other; each on a fresh server."""

    def __init__(self, options: argparse.Namespace, pool: ProcessPoolExecutor) -> None:
        self.options = options
        self.pool = pool
        self.precision = 0.5 if options.quick else 0.15

    def mode(self, mode: str, show: Progress) -> ModeRun:
        run = ModeRun(mode)
        task = show.add_task(mode, total=None)
        with serving(Way(mode, mode), self.options) as server:
            self._ramp(server, run, lambda text: show.update(task, description=text))
            if mode == "ours":
                show.update(task, description=f"{mode}: flushes")
                run.flush_s = self._flushes(server)
        show.update(task, description=f"{mode}: {run.sustained} sessions sustained", total=1)
        show.update(task, completed=1)
        return run

    def _ramp(self, server: RunningServer, run: ModeRun, say) -> None:  # type: ignore[no-untyped-def]
        first = self.options.first or (8 if run.mode == "ours" else 1)
        ramp = Ramp(first, self.options.most, self.precision)
        calm = calm_errors(server)
        while sessions := ramp.next():
            say(f"{run.mode}: {sessions} sessions, {ramp.sustained} sustained so far")
            step = self._step(server, sessions, calm)
            run.steps.append(step)
            ramp.results[sessions] = self._held(step)
        run.sustained = ramp.sustained

    def _step(self, server: RunningServer, sessions: int, calm: CalmErrors) -> Step:
        load = plays(sessions, self.options.seconds, seed=sessions)
        return run_step(server, self.pool, load, self.options.endpointing_ms / 1000, calm)

    def _held(self, step: Step) -> bool:
        figures = step.figures
        late = sorted(figures.final_s)[int(0.95 * len(figures.final_s)) :] or [float("inf")]
        complete = not figures.lost and not figures.failures
        return complete and late[0] <= self.options.bound_ms / 1000

    def _flushes(self, server: RunningServer) -> dict[str, list[float]]:
        return {
            "plugin, 1 stream": self.pool.submit(run_plugin_flushes, server.url).result(),
            f"{FLUSH_SESSIONS} sessions": self.pool.submit(
                run_flushes, server.url, FLUSH_SESSIONS
            ).result(),
        }
