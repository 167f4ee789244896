"""Silero's speech model, for many streams at a time. No state here.

silero.onnx holds the weights that faster-whisper brings; scripts/make_silero.py has made it.
"""

from pathlib import Path

import onnxruntime

from ..session.audio import Samples
from ..session.vad import Probabilities, SpeechModel, States

GRAPH = Path(__file__).with_name("silero.onnx")


def load_silero() -> SpeechModel:
    """Load the model once for all sessions; it is safe to share."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1  # the thread that asks: the cores are Whisper's
    options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = False  # it would keep the room of the largest batch for ever
    session = onnxruntime.InferenceSession(GRAPH, options, providers=["CPUExecutionProvider"])

    def step(audio: Samples, states: States) -> tuple[Probabilities, States]:
        probabilities, states = session.run(None, {"audio": audio, "state": states})
        return probabilities[:, 0], states

    return step
