"""Ramp the load in each mode until it is no longer held, and report.

python -m bench                    ours and both baselines, about ten minutes on two cores
python -m bench --modes ours       without the baselines
python -m bench --quick            a first impression in about two minutes
python -m bench --model FOLDER --device cuda
"""

import argparse
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from local_server import RunningServer, running_server

from .flushes import run_flushes, run_plugin_flushes
from .load import plays
from .measures import CalmErrors
from .ramp import Ramp
from .report import ModeRun, Run, machine, tables, write
from .serve import MODES
from .step import Step, calm_errors, client_processes, run_step

FLUSH_SESSIONS = 8


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--modes", nargs="+", choices=MODES, default=list(MODES))
    parser.add_argument("--model", default="pico", help="as WHISPER_MODEL_SIZE")
    parser.add_argument("--device", default="cpu", choices=["cpu", "cuda", "auto"])
    parser.add_argument("--bound-ms", type=float, default=500, help="p95 of finals to hold")
    parser.add_argument("--endpointing-ms", type=int, default=500)
    parser.add_argument("--seconds", type=float, default=20, help="length of one step")
    parser.add_argument("--first", type=int, default=None, help="sessions of the first step")
    parser.add_argument("--most", type=int, default=512, help="sessions never exceeded")
    parser.add_argument("--quick", action="store_true", help="short steps, coarse ramp")
    parser.add_argument("--out", type=Path, default=Path(), help="folder of the report")
    return parser.parse_args()


class Bench:
    """Runs modes one after the other; each on a fresh server."""

    def __init__(self, options: argparse.Namespace, pool: ProcessPoolExecutor) -> None:
        self.options = options
        self.pool = pool
        self.seconds = 8.0 if options.quick else options.seconds
        self.precision = 0.5 if options.quick else 0.15

    def mode(self, mode: str, show: Progress) -> ModeRun:
        run = ModeRun(mode)
        task = show.add_task(mode, total=None)
        with self._server(mode) as server:
            self._ramp(server, run, lambda text: show.update(task, description=text))
            if mode == "ours":
                show.update(task, description=f"{mode}: flushes")
                run.flush_s = self._flushes(server)
        show.update(task, description=f"{mode}: {run.sustained} sessions sustained", total=1)
        show.update(task, completed=1)
        return run

    def _server(self, mode: str):  # type: ignore[no-untyped-def]
        return running_server(
            "-m",
            "bench.serve",
            mode,
            WHISPER_MODEL_SIZE=self.options.model,
            STT_DEVICE=self.options.device,
            STT_ENDPOINTING_MS=str(self.options.endpointing_ms),
            STT_MAX_SESSIONS="10000",
        )

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
        load = plays(sessions, self.seconds, seed=sessions)
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


def main() -> None:
    options = arguments()
    console = Console(width=max(120, Console().width))  # the table needs it
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with client_processes() as pool, Progress(*columns, console=console) as show:
        bench = Bench(options, pool)
        modes = [bench.mode(mode, show) for mode in options.modes]
    conditions = {key: str(value) for key, value in vars(options).items()}
    run = Run({**machine(), **conditions, "seconds": bench.seconds}, modes)
    console.print(run.conditions)
    for table in tables(run):
        console.print(table)
    write(run, options.out)
    console.print("written: bench-report.json, bench-report.html")


if __name__ == "__main__":
    main()
