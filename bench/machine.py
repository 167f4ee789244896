"""What a run's figures belong to: the machine, and what was asked for."""

import argparse
import os
import platform
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from stt_api.models.silero import load_silero
from stt_api.models.threads import usable_cores
from stt_api.session.vad import WINDOW, StreamState, judge

# Settings of the server that change its speed, and may come from the environment of a run.
SPEED = (
    "STT_WORKERS",
    "STT_CPU_THREADS",
    "STT_COMPUTE_TYPE",
    "STT_ENCODER_CONTEXT",
    "STT_INTERIM_CONTEXT",
    "STT_BEAM_SIZE",
    "STT_MAX_BATCH_SIZE",
    "STT_INTERIM_INTERVAL_MS",
)


def conditions(options: argparse.Namespace) -> dict[str, Any]:
    asked = {
        name: str(value) if isinstance(value, Path) else value
        for name, value in vars(options).items()
    }
    return {**machine(), **asked}


def machine() -> dict[str, Any]:
    return {
        "begun": time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime()),
        "commit": _commit(),
        "processor": _processor(),
        "cores": usable_cores(),
        "settings": {name: os.environ[name] for name in SPEED if name in os.environ},
        "vad_us_per_window": vad_us_per_window(),
    }


def _processor() -> str:
    told = Path("/proc/cpuinfo")
    lines = told.read_text().splitlines() if told.is_file() else []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())


def _commit() -> str | None:
    """Return the checkout's commit; with -dirty if files differ from it."""
    with suppress(OSError, subprocess.CalledProcessError):
        asked = ("git", "describe", "--always", "--dirty")
        return subprocess.check_output(asked, cwd=Path(__file__).parent, text=True).strip()
    return None


def vad_us_per_window(windows: int = 2000) -> float:
    """Microseconds of one core to judge 32 ms of one stream."""
    model, stream = load_silero(), StreamState()
    noise = np.random.default_rng(0).normal(0, 0.1, (1, WINDOW)).astype(np.float32)
    began = time.perf_counter()
    for _ in range(windows):
        judge(model, [(stream, noise)])
    return (time.perf_counter() - began) / windows * 1e6
