import os
import subprocess
import sys

import numpy as np

from speech import recordings
from stt_api.engine.silero import load_silero
from stt_api.session.vad import WINDOW, SpeechDetector


def test_speech_is_told_from_what_is_around_it() -> None:
    [recording] = recordings("short00")
    samples = recording.samples()
    detector = SpeechDetector(load_silero())
    windows = [samples[at : at + WINDOW] for at in range(0, len(samples) - WINDOW, WINDOW)]
    probabilities = np.array([detector(window) for window in windows])
    times = np.arange(len(windows)) * WINDOW / 16_000
    [spoken] = recording.utterances
    inside = (times > spoken.start + 0.2) & (times < spoken.end - 0.1)
    outside = (times < spoken.start - 0.05) | (times > spoken.end + 0.1)
    assert np.median(probabilities[inside]) > 0.9 and probabilities[outside].max() < 0.5


def test_onnxruntime_is_told_not_to_report_to_its_maker() -> None:
    env = {name: value for name, value in os.environ.items() if name != "ORT_DISABLE_TELEMETRY"}
    asked = "import os, stt_api.engine.silero; print(os.environ['ORT_DISABLE_TELEMETRY'])"
    answer = subprocess.run([sys.executable, "-c", asked], env=env, capture_output=True, check=True)
    assert answer.stdout.strip() == b"1"
