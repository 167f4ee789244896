"""Measure the server under load; print what was found and write it down.

python -m bench                    ramp ours and both baselines, about ten minutes on two cores
python -m bench --modes ours       without the baselines
python -m bench --quick            a first impression in about two minutes
python -m bench --model FOLDER --device cuda
python -m bench --compare unbounded ours
                                   two modes in turns at one load, and their ratios
python -m bench --against FOLDER   the code of another checkout and this one, in the same way
python -m bench --against FOLDER --load silent --sessions 64
                                   what sessions cost in which nobody speaks
python -m bench --attack           good sessions in calm and beside all attacks, and the ratios;
                                   fails if they lose by it what they must not
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from . import comparison, under_attack
from .attacks import ATTACKS
from .capacity import Capacity
from .load import LOADS
from .report import Run, machine, tables, write, write_data
from .serve import MODES
from .step import client_processes, run_step
from .under_attack import UnderAttack, broken_promises
from .ways import Way, checkout, compared, serving

RAMPED = ("ours", "serial", "batch16")


def arguments(given: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    kind = parser.add_mutually_exclusive_group()
    kind.add_argument("--modes", nargs="+", choices=RAMPED, default=list(RAMPED))
    kind.add_argument("--compare", nargs=2, choices=MODES, metavar="MODE", help=", ".join(MODES))
    kind.add_argument(
        "--against", type=checkout, metavar="FOLDER", help="another checkout, as of git worktree"
    )
    kind.add_argument(
        "--attack", nargs="*", choices=ATTACKS, metavar="NAME", help=f"all of {', '.join(ATTACKS)}"
    )
    parser.add_argument("--load", choices=LOADS, default="dialogues", help="of two ways in turns")
    parser.add_argument("--model", default="pico", help="as WHISPER_MODEL_SIZE")
    parser.add_argument("--device", default="cpu", choices=["cpu", "cuda", "auto"])
    parser.add_argument("--bound-ms", type=float, default=500, help="p95 of finals to hold")
    parser.add_argument("--endpointing-ms", type=int, default=500)
    parser.add_argument("--seconds", type=float, help="length of one step; 20, under attack 60")
    parser.add_argument("--first", type=int, default=None, help="sessions of the first step")
    parser.add_argument("--most", type=int, default=512, help="sessions never exceeded")
    parser.add_argument("--sessions", type=int, help="without a ramp; 32, under attack 8")
    parser.add_argument("--rounds", type=int, help="turns without a ramp; 3, under attack 1")
    parser.add_argument("--quick", action="store_true", help="short steps, coarse ramp")
    parser.add_argument("--out", type=Path, default=Path(), help="folder of the report")
    options = parser.parse_args(given)
    if options.compare and options.compare[0] == options.compare[1]:
        parser.error("--compare: two different modes are needed")
    if options.load != "dialogues" and not (options.compare or options.against):
        parser.error("--load: only two ways in turns (--compare, --against) may have another load")
    return _completed(options)


def _completed(options: argparse.Namespace) -> argparse.Namespace:
    attack = options.attack is not None
    options.seconds = options.seconds or (8.0 if options.quick else 60.0 if attack else 20.0)
    options.sessions = options.sessions or (8 if attack else 32)
    options.rounds = options.rounds or (1 if attack else 3)
    return options


def ramp(options: argparse.Namespace, pool: ProcessPoolExecutor, console: Console) -> None:
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=console) as show:
        capacity = Capacity(options, pool)
        modes = [capacity.mode(mode, show) for mode in options.modes]
    run = Run(conditions(options), modes)
    for table in tables(run):
        console.print(table)
    write(run, options.out)


def compare(options: argparse.Namespace, pool: ProcessPoolExecutor, console: Console) -> None:
    """Both servers run all the time; the one whose turn it is not has nothing to do."""
    load = LOADS[options.load](options.sessions, options.seconds)
    endpointing_s = options.endpointing_ms / 1000
    with ExitStack() as servers, console.status("") as status:
        ways = {
            way.name: partial(
                run_step, servers.enter_context(serving(way, options)), pool, load, endpointing_s
            )
            for way in compared(options)
        }
        turns = comparison.in_turns(ways, options.rounds, status.update)
    console.print(comparison.table(turns))
    write_data({"conditions": conditions(options), **comparison.as_data(turns)}, options.out)


def attack(options: argparse.Namespace, pool: ProcessPoolExecutor, console: Console) -> str | None:
    """Return what is broken, or None."""
    names, endpointing_s = options.attack or list(ATTACKS), options.endpointing_ms / 1000
    with (
        serving(Way("ours"), options, **under_attack.PLACES) as server,
        client_processes(under_attack.NICENESS) as attackers,
        console.status("") as status,
    ):
        run = UnderAttack(
            server, pool, attackers, names, options.sessions, options.seconds, endpointing_s
        )
        ways = {"calm": run.calm, "attacked": run.attacked}
        turns = comparison.in_turns(ways, options.rounds, status.update)
    tallies, broken = list(run.tallies.values()), broken_promises(turns)
    console.print(under_attack.table(tallies))
    console.print(comparison.table(turns))
    data = {**comparison.as_data(turns), "attacks": under_attack.as_data(tallies)}
    write_data({"conditions": conditions(options), **data, "broken": broken}, options.out)
    return f"broken: {'; '.join(broken)}" if broken else None


def conditions(options: argparse.Namespace) -> dict[str, object]:
    return {**machine(), **{key: str(value) for key, value in vars(options).items()}}


def main() -> None:
    options = arguments()
    options.out.mkdir(parents=True, exist_ok=True)  # now: a run is long
    with client_processes() as pool:
        console = Console(width=max(120, Console().width))  # for the tables
        fault = _kind(options)(options, pool, console)
    sys.exit(fault)


def _kind(options: argparse.Namespace) -> Callable[..., str | None]:
    if options.attack is not None:
        return attack
    return compare if options.compare or options.against else ramp
