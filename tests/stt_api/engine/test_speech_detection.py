import asyncio

import numpy as np

from stt_api.engine.speech_detection import SpeechDetection
from stt_api.session.audio import Samples
from stt_api.session.vad import WINDOW, Probabilities, States, StreamState


class Model:
    """Answers with the loudness of each window, or raises."""

    def __init__(self) -> None:
        self.batch_sizes: list[int] = []
        self.broken = False

    def __call__(self, audio: Samples, states: States) -> tuple[Probabilities, States]:
        if self.broken:
            raise RuntimeError("out of memory")
        self.batch_sizes.append(len(audio))
        return audio[:, -1], states


def window(value: float) -> Samples:
    return np.full((1, WINDOW), value, np.float32)


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


async def test_nobody_waits_longer_than_is_promised() -> None:
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


async def test_all_who_wait_are_told_of_a_failure_and_the_next_are_judged() -> None:
    model = Model()
    detection = SpeechDetection(model)
    model.broken = True
    waiting = (detection.judge(StreamState(), window(0.5)) for _ in range(2))
    failures = await asyncio.gather(*waiting, return_exceptions=True)
    assert [str(failure) for failure in failures] == ["out of memory"] * 2
    model.broken = False
    assert await detection.judge(StreamState(), window(0.5)) == [0.5]
