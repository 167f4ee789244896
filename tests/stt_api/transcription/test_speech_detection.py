import asyncio

import numpy as np
import pytest

from stt_api.errors import ModelFailed
from stt_api.session.audio import Samples
from stt_api.session.vad import WINDOW, Probabilities, States, StreamState
from stt_api.transcription.speech_detection import SpeechDetection

BAD = -1.0  # as a sample, makes the model raise


class Model:
    """Answers with the loudness of each window and how many came before, or raises."""

    def __init__(self) -> None:
        self.batch_sizes: list[int] = []
        self.broken = False

    def __call__(self, audio: Samples, states: States) -> tuple[Probabilities, States]:
        self.batch_sizes.append(len(audio))
        if self.broken or BAD in audio:
            raise RuntimeError("out of memory")
        return audio[:, -1] + states[:, 0], states + 1


def window(*values: float) -> Samples:
    return np.array([[value] * WINDOW for value in values], np.float32)


async def test_streams_that_wait_at_once_are_judged_in_one_call() -> None:
    model = Model()
    detection = SpeechDetection(model)
    sounds = (0.25, 0.5, 0.75)
    judged = await asyncio.gather(*(detection.judge(StreamState(), window(s)) for s in sounds))
    assert (judged, model.batch_sizes) == ([[0.25], [0.5], [0.75]], [3])
    assert await detection.judge(StreamState(), window(1.0)) == [1.0]


async def test_a_lone_stream_waits_for_nobody() -> None:
    detection = SpeechDetection(Model(), longest_wait_s=60)
    assert await detection.judge(StreamState(), window(0.5)) == [0.5]


async def test_what_comes_right_after_a_batch_waits_for_others_until_one_cannot_wait() -> None:
    model = Model()
    detection = SpeechDetection(model, share=1e-9, longest_wait_s=60)
    await detection.judge(StreamState(), window(0.25))
    waiting = asyncio.create_task(detection.judge(StreamState(), window(0.5)))
    for _ in range(20):
        await asyncio.sleep(0)
    assert not waiting.done()
    assert await detection.judge(StreamState(), window(0.75), at_once=True) == [0.75]
    assert (await waiting, model.batch_sizes) == ([0.5], [1, 2])


async def test_no_stream_waits_longer_than_is_promised() -> None:
    detection = SpeechDetection(Model(), share=1e-9, longest_wait_s=0.001)
    for _ in range(3):
        assert await detection.judge(StreamState(), window(0.5)) == [0.5]


async def test_a_stream_that_leaves_while_it_waits_costs_the_others_nothing() -> None:
    model = Model()
    detection = SpeechDetection(model)
    leaver = asyncio.create_task(detection.judge(StreamState(), window(0.25)))
    stayer = asyncio.create_task(detection.judge(StreamState(), window(0.5)))
    await asyncio.sleep(0)  # until both wait
    leaver.cancel()
    assert (await stayer, model.batch_sizes) == ([0.5], [1])


async def test_a_failure_is_told_to_each_stream_that_waits_and_the_next_are_judged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    model = Model()
    detection = SpeechDetection(model)
    model.broken = True
    waiting = (detection.judge(StreamState(), window(0.5)) for _ in range(2))
    failures = await asyncio.gather(*waiting, return_exceptions=True)
    assert [type(failure) for failure in failures] == [ModelFailed] * 2
    assert failures[0] is not failures[1]
    [line] = caplog.records
    assert (line.msg, vars(line)["batch_size"]) == ("speech detection failed", 2)
    model.broken = False
    assert await detection.judge(StreamState(), window(0.5)) == [0.5]


async def test_a_stream_whose_windows_break_the_model_fails_alone() -> None:
    """The others' windows are judged once more, as if nothing had been judged before."""
    model, other = Model(), StreamState()
    detection = SpeechDetection(model)
    judged, failure = await asyncio.gather(
        detection.judge(other, window(0.25, 0.5)),
        detection.judge(StreamState(), window(0.25, BAD)),
        return_exceptions=True,
    )
    assert judged == [0.25, 1.5]
    assert isinstance(failure, ModelFailed)
    assert await detection.judge(other, window(0.75)) == [2.75]


async def test_a_stream_that_left_a_batch_is_not_told_of_its_failure() -> None:
    model = Model()
    detection = SpeechDetection(model)
    model.broken = True
    leaver = asyncio.create_task(detection.judge(StreamState(), window(0.25)))
    stayer = asyncio.create_task(detection.judge(StreamState(), window(0.5)))
    await asyncio.sleep(0)  # until both wait
    leaver.cancel()
    with pytest.raises(ModelFailed):
        await stayer
    assert model.batch_sizes == [1, 1]
