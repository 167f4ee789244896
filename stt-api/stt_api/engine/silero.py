"""Silero's speech model, as faster-whisper brings it. One step of one stream; no state here."""

import numpy as np
from faster_whisper.vad import get_vad_model

from ..session.audio import Samples
from ..session.vad import SpeechModel, State


def load_silero() -> SpeechModel:
    """Load the model once for all sessions; it is safe to share."""
    session = get_vad_model().session

    def step(audio: Samples, hidden: State, cell: State) -> tuple[float, State, State]:
        inputs = {"input": audio[np.newaxis], "h": hidden, "c": cell}
        probability, hidden, cell = session.run(None, inputs)
        return float(probability.item()), hidden, cell

    return step
