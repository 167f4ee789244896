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
