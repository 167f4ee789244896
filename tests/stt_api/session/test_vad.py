import numpy as np

from stt_api.session.audio import Samples
from stt_api.session.vad import (
    CONTEXT,
    WINDOW,
    Probabilities,
    States,
    StreamState,
    judge,
)


class Model:
    """Counts each stream's windows in its state, and answers with the count and the sound."""

    def __init__(self) -> None:
        self.seen: list[list[list[float]]] = []  # of each call, each row

    def __call__(self, audio: Samples, states: States) -> tuple[Probabilities, States]:
        self.seen.append(audio.tolist())
        return audio[:, -1] + states[:, 0], states + 1


def window(value: float) -> list[float]:
    return [value] * WINDOW


def windows(*values: float) -> Samples:
    return np.array([window(value) for value in values], np.float32)


def test_each_window_is_seen_with_the_end_of_the_one_before_and_its_state() -> None:
    model, stream = Model(), StreamState()
    assert judge(model, [(stream, windows(0.25, 0.5))]) == [[0.25, 1.5]]
    assert judge(model, [(stream, windows(0.75))]) == [[2.75]]
    assert model.seen == [
        [[0.0] * CONTEXT + window(0.25)],
        [[0.25] * CONTEXT + window(0.5)],
        [[0.5] * CONTEXT + window(0.75)],
    ]


def test_streams_of_different_lengths_share_calls_and_nothing_else() -> None:
    model, long, short = Model(), StreamState(), StreamState()
    judged = judge(model, [(long, windows(0.125, 0.25, 0.5)), (short, windows(0.75))])
    assert judged == [[0.125, 1.25, 2.5], [0.75]]
    assert [len(rows) for rows in model.seen] == [2, 1, 1]
    assert judge(model, [(short, windows(0.25)), (long, windows(0.5))]) == [[1.25], [3.5]]
    assert model.seen[-1] == [
        [0.75] * CONTEXT + window(0.25),
        [0.5] * CONTEXT + window(0.5),
    ]


def test_no_windows_need_no_model() -> None:
    model = Model()
    nothing = windows()[:0].reshape(0, WINDOW)
    assert judge(model, [(StreamState(), nothing)]) == [[]] and not model.seen
