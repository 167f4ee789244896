from pathlib import Path

import numpy as np

from stt_api.session.audio import SAMPLE_RATE
from stt_testing.recordings import FOLDER, digits, recordings, spoken


def test_every_recording_of_the_manifest_is_there_and_longer_than_what_is_said_in_it() -> None:
    for recording in recordings():
        assert Path(FOLDER, recording.name).is_file()
        assert len(recording.samples()) / SAMPLE_RATE >= recording.utterances[-1].end
        assert len(recording.pcm()) == 2 * len(recording.samples())


def test_recordings_are_chosen_by_the_beginning_of_their_names() -> None:
    assert {recording.name[:8] for recording in recordings("dialogue")} == {"dialogue"}
    assert len(recordings("dialogue")) < len(recordings())


def test_each_digit_is_cut_out_of_a_recording() -> None:
    assert len(digits()) == 10
    assert all(0.1 < len(sound) / SAMPLE_RATE < 1.0 for sound in digits().values())


def test_sounds_are_said_one_after_the_other_between_silence() -> None:
    sound = np.ones(100, np.float32)
    said = spoken([sound, sound], gap_s=0.5)
    rest = int(1.2 * SAMPLE_RATE)
    assert not said[:rest].any() and not said[-rest:].any()
    assert np.flatnonzero(said)[[0, -1]].tolist() == [rest, rest + 200 + SAMPLE_RATE // 2 - 1]
