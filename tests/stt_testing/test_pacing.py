import asyncio
import math

import pytest

from stt_testing.pacing import live, paced


@pytest.mark.parametrize("pace", [1.0, 2.0])
async def test_no_frame_comes_before_its_last_sample_was_spoken(pace: float) -> None:
    now = asyncio.get_running_loop().time
    began = now()
    came = [now() - began async for _ in paced([0.01, 0.02, 0.03], float, pace)]
    expected = [0.01 / pace, 0.03 / pace, 0.06 / pace]
    assert all(at >= due - 1e-4 for at, due in zip(came, expected, strict=True))


async def test_a_frame_that_is_late_makes_no_other_later() -> None:
    loop = asyncio.get_running_loop()
    frames = paced([0.01] * 5, float)
    await anext(frames)
    taken = asyncio.Event()
    loop.call_later(0.05, taken.set)
    await taken.wait()  # all the others are due by now
    began = loop.time()
    assert [frame async for frame in frames] == [0.01] * 4
    assert loop.time() - began < 0.01


async def test_sound_is_cut_in_frames_of_which_the_last_may_be_shorter() -> None:
    pcm = bytes(range(250)) * 10
    frames = [frame async for frame in live(pcm, frame_s=0.02, pace=math.inf)]
    assert [len(frame) for frame in frames] == [640, 640, 640, 580]
    assert b"".join(frames) == pcm
