import os
import subprocess
import sys
from collections.abc import Sequence
from functools import cache

import make_silero
import numpy as np
import pytest
from faster_whisper.vad import get_vad_model

from stt_api.models.silero import GRAPH, load_silero
from stt_api.session.audio import Samples
from stt_api.session.endpointing import Edge, Endpointer, EndpointingConfig
from stt_api.session.vad import CONTEXT, WINDOW, StreamState, judge
from stt_testing.recordings import Recording, recordings

SILENCE = np.zeros((62, WINDOW), np.float32)  # 2 s: room for the last endpoint


@cache
def windows(recording: Recording) -> Samples:
    samples = recording.samples()
    whole = len(samples) // WINDOW
    return np.concatenate([samples[: whole * WINDOW].reshape(whole, WINDOW), SILENCE])


@cache
def as_faster_whisper_judges(recording: Recording) -> list[float]:
    """Judge with the graph that ours is made from, which hears one stream."""
    samples = np.concatenate([np.zeros(CONTEXT, np.float32), windows(recording).ravel()])
    overlapping = np.lib.stride_tricks.sliding_window_view(samples, CONTEXT + WINDOW)[::WINDOW]
    nothing = np.zeros((1, 1, 128), np.float32)
    inputs = {"input": overlapping, "h": nothing, "c": nothing}
    probabilities, *_ = get_vad_model().session.run(None, inputs)
    judged: list[float] = probabilities.ravel().tolist()
    return judged


@cache
def judged_together() -> dict[str, list[float]]:
    """Judge all recordings as streams that are heard at the same time."""
    streams = [(StreamState(), windows(recording)) for recording in recordings()]
    names = (recording.name for recording in recordings())
    return dict(zip(names, judge(load_silero(), streams), strict=True))


def edges(probabilities: Sequence[float]) -> list[tuple[Edge, int]]:
    """Return what happens to utterances, and after how many windows."""
    endpointer, found = Endpointer(EndpointingConfig()), []
    for number, probability in enumerate(probabilities):
        if edge := endpointer.push(probability, WINDOW):
            found.append((edge, number))
        if edge is Edge.ENDED:
            endpointer = Endpointer(EndpointingConfig(), endpointer.position)
    return found


@pytest.mark.parametrize("recording", recordings(), ids=lambda recording: recording.name)
def test_probabilities_and_endpoints_are_those_of_the_graph_for_one_stream(
    recording: Recording,
) -> None:
    ours, expected = judged_together()[recording.name], as_faster_whisper_judges(recording)
    assert ours == pytest.approx(expected, abs=1e-3)
    assert edges(ours) == edges(expected) != []


def test_a_stream_alone_is_judged_as_it_is_among_others() -> None:
    [recording] = recordings("short00")
    [alone] = judge(load_silero(), [(StreamState(), windows(recording))])
    assert alone == pytest.approx(judged_together()[recording.name], abs=1e-3)


def test_speech_is_told_from_what_is_around_it() -> None:
    [recording] = recordings("short00")
    probabilities = np.array(judged_together()[recording.name])
    times = np.arange(len(probabilities)) * WINDOW / 16_000
    [spoken] = recording.utterances
    inside = (times > spoken.start + 0.2) & (times < spoken.end - 0.1)
    outside = (times < spoken.start - 0.05) | (times > spoken.end + 0.1)
    assert np.median(probabilities[inside]) > 0.9 and probabilities[outside].max() < 0.5


def test_the_graph_is_what_the_script_makes_of_the_one_for_one_stream() -> None:
    assert make_silero.silero() == GRAPH.read_bytes()


def test_onnxruntime_is_told_not_to_report_to_its_maker() -> None:
    env = {name: value for name, value in os.environ.items() if name != "ORT_DISABLE_TELEMETRY"}
    asked = "import os, stt_api.models.silero; print(os.environ['ORT_DISABLE_TELEMETRY'])"
    answer = subprocess.run([sys.executable, "-c", asked], env=env, capture_output=True, check=True)
    assert answer.stdout.strip() == b"1"
