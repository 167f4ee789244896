"""Sound that a loudness detector can judge: loud is speech, quiet is silence."""

import numpy as np

from stt_api.session.audio import SAMPLE_RATE, Samples, to_pcm


def speech(seconds: float) -> Samples:
    """A ramp between 0.5 and 0.9, so that every sample tells where it comes from."""
    return np.linspace(0.5, 0.9, int(seconds * SAMPLE_RATE), dtype=np.float32)


def silence(seconds: float) -> Samples:
    return np.zeros(int(seconds * SAMPLE_RATE), np.float32)


def loudness(window: Samples) -> float:
    """A speech detector for the sound of this module."""
    return float(np.abs(window).mean() > 0.25)


def pcm(*parts: Samples) -> bytes:
    return to_pcm(np.concatenate(parts))
