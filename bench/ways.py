"""The ways to serve that one run sets side by side, and a server of each."""

import argparse
import os
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from pathlib import Path

from stt_testing.local_server import RunningServer, running_server

ROOT = Path(__file__).parents[1]
SOURCES = ("", "stt-api", "stt-model-pico")  # of a checkout, for Python


@dataclass(frozen=True, slots=True)
class Way:
    """A mode of MODES with settings of its own, served by the code of a checkout."""

    name: str
    mode: str = "ours"
    settings: Mapping[str, str] = field(default_factory=dict)
    checkout: Path = ROOT
    baseline: bool = False  # what the others are measured by

    def environment(self) -> dict[str, str]:
        """Python finds the checkout's code before what is installed, and before this folder's."""
        paths = os.pathsep.join(str(self.checkout / folder) for folder in SOURCES)
        return {"PYTHONPATH": paths, "PYTHONSAFEPATH": "1", **self.settings}


def compared(options: argparse.Namespace) -> list[Way]:
    """Return the two of ``--compare``, or the other checkout and this one."""
    if options.against:
        return [Way("that", checkout=options.against.resolve()), Way("this")]
    return [Way(mode, mode) for mode in options.compare]


def ramped(options: argparse.Namespace) -> list[Way]:
    """Return the modes, ours once for each of ``--contexts``; or two, the first as baseline."""
    if options.compare or options.against:
        first, second = compared(options)
        return [replace(first, baseline=True), second]
    return [way for mode in options.modes for way in _ways(mode, options.contexts)]


def _ways(mode: str, contexts: Sequence[str]) -> list[Way]:
    if mode != "ours" or not contexts:
        return [Way(mode, mode, baseline=mode != "ours")]
    return [Way(f"ours {each}", settings={"STT_ENCODER_CONTEXT": each}) for each in contexts]


def checkout(folder: str) -> Path:
    """Return the folder if it holds a bench; for argparse."""
    if not (Path(folder) / "bench/serve.py").is_file():
        raise argparse.ArgumentTypeError(
            f"{folder} holds no bench/serve.py; make one with: git worktree add {folder} COMMIT"
        )
    return Path(folder)


def serving(
    way: Way, options: argparse.Namespace, **settings: str
) -> AbstractContextManager[RunningServer]:
    """Give a fresh server of a way, with a place for each session of the bench."""
    places = {"STT_MAX_SESSIONS": str(max(options.most, options.sessions))}
    return running_server(
        "-m",
        "bench.serve",
        way.mode,
        WHISPER_MODEL_SIZE=options.model,
        STT_DEVICE=options.device,
        STT_ENDPOINTING_MS=str(options.endpointing_ms),
        **(way.environment() | places | settings),
    )
