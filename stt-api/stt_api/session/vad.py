"""Judge streams' windows, many streams at a time; the model itself is given."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from .audio import Samples

WINDOW = 512  # samples; Silero accepts no other size at 16 kHz
CONTEXT = 64  # samples of the window before that Silero wants to see again
STATE = 256  # numbers that it remembers of a stream

Probabilities = NDArray[np.float32]
States = NDArray[np.float32]
SpeechModel = Callable[[Samples, States], tuple[Probabilities, States]]
"""(n × CONTEXT + WINDOW samples, n × STATE) → (n probabilities of speech, n × STATE).

Each row is a window of another stream.
"""


class StreamState:
    """What of a stream's past its next window is judged by."""

    def __init__(self) -> None:
        self.context = np.zeros(CONTEXT, np.float32)
        self.memory = np.zeros(STATE, np.float32)


def judge(model: SpeechModel, streams: Sequence[tuple[StreamState, Samples]]) -> list[list[float]]:
    """Return the probability of speech in each window, from 0 to 1, for each stream.

    A stream gives n × WINDOW samples. A window is judged by what those before it left behind, so
    the model is called as often as the longest stream has windows: for the first windows of all
    streams at once, then for the second ones. Where the model raises, no stream has changed.
    """
    before = [(state.context, state.memory) for state, _ in streams]
    try:
        return _judge_in_turns(model, streams)
    except Exception:
        for (state, _), (context, memory) in zip(streams, before, strict=True):
            state.context, state.memory = context, memory
        raise


def _judge_in_turns(
    model: SpeechModel, streams: Sequence[tuple[StreamState, Samples]]
) -> list[list[float]]:
    probabilities: list[list[float]] = [[] for _ in streams]
    for turn in range(max(len(windows) for _, windows in streams)):
        numbers = [n for n, (_, windows) in enumerate(streams) if turn < len(windows)]
        states = [streams[n][0] for n in numbers]
        judged = _judge_one_each(model, states, [streams[n][1][turn] for n in numbers])
        for number, probability in zip(numbers, judged, strict=True):
            probabilities[number].append(probability)
    return probabilities


def _judge_one_each(
    model: SpeechModel, states: Sequence[StreamState], windows: Sequence[Samples]
) -> list[float]:
    audio = np.empty((len(states), CONTEXT + WINDOW), np.float32)
    memories = np.empty((len(states), STATE), np.float32)
    for row, (state, window) in enumerate(zip(states, windows, strict=True)):
        audio[row, :CONTEXT] = state.context
        audio[row, CONTEXT:] = window
        memories[row] = state.memory
    probabilities, memories = model(audio, memories)
    for row, state in enumerate(states):
        state.context = audio[row, -CONTEXT:].copy()  # a copy holds no other stream's sound
        state.memory = memories[row].copy()
    judged: list[float] = probabilities.tolist()
    return judged
