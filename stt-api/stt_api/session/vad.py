"""Judge one stream's windows one after the other; the model itself is given."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from .audio import Samples

WINDOW = 512  # samples; Silero accepts no other size at 16 kHz
CONTEXT = 64  # samples of the window before that Silero wants to see again

State = NDArray[np.float32]
SpeechModel = Callable[[Samples, State, State], tuple[float, State, State]]
"""(CONTEXT + WINDOW samples, hidden, cell) → (probability of speech, hidden, cell)."""


class SpeechDetector:
    """Give the probability of speech in each window. The state belongs to this stream alone."""

    def __init__(self, model: SpeechModel) -> None:
        self.model = model
        self.context = np.zeros(CONTEXT, np.float32)
        self.hidden = np.zeros((1, 1, 128), np.float32)
        self.cell = np.zeros((1, 1, 128), np.float32)

    def __call__(self, window: Samples) -> float:
        """Take WINDOW samples, return 0 to 1."""
        audio = np.concatenate([self.context, window])
        probability, self.hidden, self.cell = self.model(audio, self.hidden, self.cell)
        self.context = window[-CONTEXT:]
        return probability


def always_speech(window: Samples) -> float:
    """The detector of a session without voice activity detection."""
    return 1.0
