"""Measure the server under load; print what was found and write it down.

python -m bench                    ramp ours and both baselines, about ten minutes on two cores
python -m bench --modes ours       without the baselines
python -m bench --contexts full padded fit --bound-ms 500 1000
                                   ours once with each encoder context, beside both baselines, and
                                   what is sustained at each of two bounds
python -m bench --quick            a first impression in about two minutes
python -m bench --model FOLDER --device cuda
python -m bench --compare unbounded ours
                                   two modes in turns at one load, and their ratios
python -m bench --against FOLDER   the code of another checkout and this one, in the same way
python -m bench --against FOLDER --ramp
                                   the same, but how many sessions each of the two sustains
python -m bench --against FOLDER --load silent --sessions 64
                                   what sessions cost in which nobody speaks
python -m bench --offline          CPU of live sessions, and of faster-whisper's batched pipeline
                                   on the same recordings, in turns
python -m bench --attack           good sessions in calm and beside all attacks, and the ratios;
                                   fails if they lose by it what they must not
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from rich.console import Console

from stt_api.models.traits import EncoderContext

from .attacks import ATTACKS
from .load import LOADS
from .runs import attack, compare, offline, ramp
from .serve import MODES
from .step import client_processes
from .ways import checkout

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
    kind.add_argument("--offline", action="store_true", help="cost of live beside offline work")
    kind.add_argument(
        "--attack", nargs="*", choices=ATTACKS, metavar="NAME", help=f"all of {', '.join(ATTACKS)}"
    )
    contexts = [context.value for context in EncoderContext]
    parser.add_argument(
        "--contexts", nargs="+", choices=contexts, default=[], help="of ours; each a way to serve"
    )
    parser.add_argument("--ramp", action="store_true", help="of the two of --compare or --against")
    parser.add_argument("--load", choices=LOADS, default="dialogues", help="of two ways in turns")
    parser.add_argument("--model", default="pico", help="as WHISPER_MODEL_SIZE")
    parser.add_argument("--device", default="cpu", choices=["cpu", "cuda", "auto"])
    parser.add_argument(
        "--bound-ms", nargs="+", type=float, default=[500.0], help="p95 of finals to hold"
    )
    parser.add_argument("--endpointing-ms", type=int, default=500)
    parser.add_argument("--seconds", type=float, help="length of one step; 20, under attack 60")
    parser.add_argument("--first", type=int, default=None, help="sessions of the first step")
    parser.add_argument("--most", type=int, default=512, help="sessions never exceeded")
    parser.add_argument("--sessions", type=int, help="without a ramp; 32, offline 64, attack 8")
    parser.add_argument("--rounds", type=int, help="turns without a ramp; 3, under attack 1")
    parser.add_argument("--quick", action="store_true", help="short steps, coarse ramp")
    parser.add_argument("--out", type=Path, default=Path(), help="folder of the report")
    options = parser.parse_args(given)
    if options.compare and options.compare[0] == options.compare[1]:
        parser.error("--compare: two different modes are needed")
    pair = options.pair = bool(options.compare or options.against)
    if options.ramp and not pair:
        parser.error("--ramp: only with --compare and --against, which can do without it")
    other = pair or options.offline or options.attack is not None
    if options.contexts and (other or "ours" not in options.modes):
        parser.error("--contexts: only for ours among --modes")
    if options.load != "dialogues" and (options.ramp or not pair):
        parser.error("--load: only --compare and --against without --ramp may have another")
    return _completed(options)


def _completed(options: argparse.Namespace) -> argparse.Namespace:
    attack = options.attack is not None
    options.seconds = options.seconds or (8.0 if options.quick else 60.0 if attack else 20.0)
    options.sessions = options.sessions or (8 if attack else 64 if options.offline else 32)
    options.rounds = options.rounds or (1 if attack else 3)
    return options


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
    if options.offline:
        return offline
    return compare if options.pair and not options.ramp else ramp
