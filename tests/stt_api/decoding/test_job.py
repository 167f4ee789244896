import asyncio
import math

import numpy as np
import pytest

from stt_api.decoding.job import Job
from stt_api.errors import ModelFailed
from stt_api.session.decoding import DecodeOptions, DecodeRequest, Transcript
from stt_api.session.word import Word

HEARD = Transcript((Word(" heard"),), "en", -0.1, 0.0)


def job(*, final: bool = False, first: bool = False, due_at: float = 0.0) -> Job:
    samples = np.zeros(160, np.float32)
    request = DecodeRequest(samples, DecodeOptions(), final=final, first=first)
    return Job(request, "key", due_at)


async def test_finals_go_before_first_words_and_these_before_updates() -> None:
    assert [job(final=True).rank, job(first=True).rank, job().rank] == [0, 1, 2]


async def test_a_final_that_is_doubted_makes_room_for_those_that_nobody_has_heard() -> None:
    doubted = job(final=True)
    doubted.doubt(HEARD, iter(()))
    assert (doubted.rank, doubted.is_urgent) == (1, False)
    assert doubted.batch_key is doubted != job(final=True).batch_key


async def test_a_job_is_ahead_until_its_audio_is_due() -> None:
    now = asyncio.get_running_loop().time()
    assert job(due_at=math.inf).is_ahead and not job(due_at=now - 1).is_ahead


async def test_who_has_left_is_answered_nothing_and_disturbs_nobody() -> None:
    left = job()
    left.future.cancel()
    left.resolve(HEARD)
    left.fail(ModelFailed("too late"))
    assert left.future.cancelled()


async def test_a_second_opinion_that_fails_leaves_the_first() -> None:
    doubted, alone = job(final=True), job(final=True)
    doubted.doubt(HEARD, iter(()))
    doubted.give_up()
    alone.give_up()
    assert (await doubted.future).text == "heard"
    with pytest.raises(ModelFailed):
        await alone.future


async def test_a_transcript_tells_how_long_its_request_waited() -> None:
    waiting = job()
    waiting.came_at -= 2.0
    waiting.begin()
    waiting.resolve(HEARD)
    assert (await waiting.future).waited_s == pytest.approx(2.0, abs=0.5)
