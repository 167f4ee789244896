"""Measure the server beside its peers: the same weights, recordings, cores and pace for each.

python -m bench.peers                      all peers with pico, about a quarter of an hour
python -m bench.peers --peers RealtimeSTT --model FOLDER --sessions 1 4
python -m bench.peers --ours full:STT_ENCODER_CONTEXT=full padded:STT_ENCODER_CONTEXT=padded
                                           ours twice, under other settings

The first run installs each peer into .peers, in an environment of its own.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from bench.machine import machine
from stt_api.errors import ModelUnavailable
from stt_api.models.sources import find_model

from . import report
from .ours import ours
from .product import Product
from .realtimestt import REALTIMESTT
from .turns import Plan, run
from .whisperlive import WHISPERLIVE
from .whisperlivekit import WHISPERLIVEKIT

PEERS = {product.name.split()[0]: product for product in (REALTIMESTT, WHISPERLIVEKIT, WHISPERLIVE)}


def arguments(given: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.peers", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--peers", nargs="*", choices=PEERS, default=list(PEERS), metavar="NAME")
    parser.add_argument(
        "--ours", nargs="*", type=_ours, default=[ours("ours", {})], metavar="NAME:SETTING=VALUE,…"
    )
    parser.add_argument("--model", type=_weights, default="pico", help="or a CTranslate2 folder")
    parser.add_argument("--sessions", nargs="+", type=int, default=[1, 2, 4, 8, 16, 32])
    parser.add_argument("--clips", type=int, default=4, help="recordings that each session plays")
    parser.add_argument("--rounds", type=int, default=1, help="turns at each number of sessions")
    parser.add_argument("--bound-s", type=float, default=5.0, help="p95 of finals to hold")
    parser.add_argument("--out", type=Path, default=Path(), help="folder of the report")
    options = parser.parse_args(given)
    names = [row.name for row in options.ours]
    if len(set(names)) < len(names):
        parser.error("--ours: each row needs a name of its own")
    return options


def _ours(text: str) -> Product:
    """Read a row of ours: its name, and settings as in the environment."""
    name, _, rest = text.partition(":")
    pairs = [pair.partition("=") for pair in rest.split(",") if pair]
    if not name or not all(key and equal for key, equal, _ in pairs):
        raise argparse.ArgumentTypeError(f"{text} is not NAME or NAME:SETTING=VALUE,SETTING=VALUE")
    return ours(name, {key: value for key, _, value in pairs})


def _weights(name: str) -> Path:
    try:
        folder = Path(find_model(name).location)
    except ModelUnavailable as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    if not folder.is_dir():
        raise argparse.ArgumentTypeError(
            f"{name} is neither pico nor a folder; peers need a folder"
        )
    return folder.resolve()


def main() -> None:
    options = arguments()
    options.out.mkdir(parents=True, exist_ok=True)  # now: a run is long
    console = Console(width=max(120, Console().width), log_path=False)  # wide enough for the table
    plan = Plan(options.sessions, options.clips, options.rounds, options.bound_s)
    products = [*options.ours, *(PEERS[name] for name in options.peers)]
    courses = run(products, options.model, plan, console.log)
    console.print(report.table(courses))
    for sentence in [*report.MEANING, *report.fair_play(courses, plan)]:
        console.print(f"- {sentence}", style="dim", highlight=False)
    conditions = {**machine(), **{key: str(value) for key, value in vars(options).items()}}
    report.write(courses, plan, conditions, options.out)
