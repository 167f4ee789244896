import numpy as np

from stt_api.session.audio import Samples
from stt_api.session.vad import CONTEXT, WINDOW, SpeechDetector, State


def test_each_window_is_seen_with_the_end_of_the_one_before_and_its_state() -> None:
    seen = []

    def model(audio: Samples, hidden: State, cell: State) -> tuple[float, State, State]:
        seen.append((audio.tolist(), hidden.sum(), cell.sum()))
        return 0.5, hidden + 1, cell + 2

    detector = SpeechDetector(model)
    first, second = np.full(WINDOW, 0.25, np.float32), np.full(WINDOW, 0.5, np.float32)
    assert [detector(first), detector(second)] == [0.5, 0.5]
    assert seen == [
        ([0.0] * CONTEXT + first.tolist(), 0.0, 0.0),
        ([0.25] * CONTEXT + second.tolist(), 128.0, 256.0),
    ]
