"""What a run's figures belong to: the machine, and what was asked for."""

import argparse
import os
import platform
import time
from typing import Any

import numpy as np

from stt_api.engine.silero import load_silero
from stt_api.session.vad import WINDOW, SpeechDetector


def conditions(options: argparse.Namespace) -> dict[str, Any]:
    return {**machine(), **{key: str(value) for key, value in vars(options).items()}}


def machine() -> dict[str, Any]:
    return {
        "processor": platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
        "vad_us_per_window": vad_us_per_window(),
    }


def vad_us_per_window(windows: int = 2000) -> float:
    """Microseconds of one core to judge 32 ms of one stream."""
    detector = SpeechDetector(load_silero())
    noise = np.random.default_rng(0).normal(0, 0.1, WINDOW).astype(np.float32)
    began = time.perf_counter()
    for _ in range(windows):
        detector(noise)
    return (time.perf_counter() - began) / windows * 1e6
