import asyncio
import math
import threading
from collections.abc import AsyncIterator, Hashable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import replace

import numpy as np
import pytest

from stt_api.decoding.engine import Engine
from stt_api.decoding.job import Job, finals_first
from stt_api.decoding.scheduler import Scheduler
from stt_api.errors import ModelFailed
from stt_api.observer import Observer
from stt_api.session.decoding import DecodeOptions, DecodeRequest, Task, Transcript
from stt_testing.fake_model import FakeModel


def request(task: Task = Task.TRANSCRIBE, prompt: str = "") -> DecodeRequest:
    options = DecodeOptions(task=task, prompt=prompt)
    return DecodeRequest(np.zeros(160, np.float32), options, final=False)


@asynccontextmanager
async def running(
    model: FakeModel, most: int = 16, workers: int = 1, observer: Observer | None = None
) -> AsyncIterator[Engine]:
    engine = Engine([model] * workers, finals_first(lambda key: most), observer)
    task = asyncio.create_task(engine.run())
    await asyncio.sleep(0)
    try:
        yield engine
    finally:
        model.gate.set()
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def busy(engine: Engine, model: FakeModel) -> asyncio.Task[Transcript]:
    """Let the model hold one request until its gate opens."""
    model.gate.clear()
    model.started.clear()
    first = asyncio.create_task(engine.decode(request()))
    await asyncio.to_thread(model.started.wait, 10)
    return first


async def test_what_waits_while_the_model_is_busy_becomes_one_batch() -> None:
    async with running(model := FakeModel()) as engine:
        first = await busy(engine, model)
        others = [asyncio.create_task(engine.decode(request())) for _ in range(5)]
        await asyncio.sleep(0)
        model.gate.set()
        transcripts = await asyncio.gather(first, *others)
    assert [transcript.text for transcript in transcripts] == ["heard"] * 6
    assert model.batch_sizes == [1, 5]


@pytest.mark.parametrize(
    ("final", "ahead_s"), [(False, 0.0), (True, math.inf)], ids=["interims", "finals of files"]
)
async def test_the_last_worker_is_left_to_finals_of_live_speakers(
    final: bool, ahead_s: float
) -> None:
    async with running(model := FakeModel(), most=1, workers=2) as engine:
        first = await busy(engine, model)
        other = asyncio.create_task(engine.decode(replace(request(), final=final), ahead_s))
        model.started.clear()
        live = asyncio.create_task(engine.decode(replace(request(), final=True)))
        await asyncio.to_thread(model.started.wait, 10)
        assert engine.waiting == 1  # the other
        model.gate.set()
        await asyncio.gather(first, other, live)


async def test_files_alone_have_all_workers() -> None:
    async with running(model := FakeModel(), most=1, workers=2) as engine:
        final = replace(request(), final=True)
        model.gate.clear()
        files = [asyncio.create_task(engine.decode(final, 3600, live=False)) for _ in range(2)]
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert engine.waiting == 0
        model.gate.set()
        await asyncio.gather(*files)


async def test_a_caller_that_left_costs_nothing() -> None:
    async with running(model := FakeModel()) as engine:
        first = await busy(engine, model)
        gone = asyncio.create_task(engine.decode(request()))
        await asyncio.sleep(0)
        gone.cancel()
        model.gate.set()
        await first
        assert (await engine.decode(request())).text == "heard"
    assert model.batch_sizes == [1, 1]


async def test_a_caller_that_leaves_while_the_model_runs_does_not_stop_the_engine() -> None:
    async with running(model := FakeModel()) as engine:
        first = await busy(engine, model)
        first.cancel()
        model.gate.set()
        assert (await engine.decode(request())).text == "heard"


async def test_a_caller_that_leaves_takes_nothing_from_the_others_of_its_batch() -> None:
    async with running(model := FakeModel()) as engine:
        model.gate.clear()
        gone, other = (asyncio.create_task(engine.decode(request())) for _ in range(2))
        await asyncio.to_thread(model.started.wait, 10)
        gone.cancel()
        model.gate.set()
        assert (await other).text == "heard"
    assert model.batch_sizes == [2]


async def test_only_the_request_at_fault_fails_when_a_batch_raises() -> None:
    async with running(model := FakeModel()) as engine:
        first = await busy(engine, model)
        batch = [request(), request(prompt="poison"), request()]
        waiting = [asyncio.create_task(engine.decode(each)) for each in batch]
        while engine.waiting < len(batch):  # noqa: ASYNC110  so the engine has its turns
            await asyncio.sleep(0)
        model.gate.set()
        await first
        before, poisoned, after = await asyncio.gather(*waiting, return_exceptions=True)
    assert isinstance(poisoned, ModelFailed)
    assert isinstance(before, Transcript) and isinstance(after, Transcript)
    assert model.batch_sizes == [1, 3, 1, 1, 1]


async def test_a_second_opinion_delays_nobody_else_of_the_batch() -> None:
    async with running(model := FakeModel()) as engine:
        first = await busy(engine, model)
        model.second_thought.clear()
        doubted = asyncio.create_task(engine.decode(request(prompt="doubt")))
        other = asyncio.create_task(engine.decode(request()))
        await asyncio.sleep(0)
        model.gate.set()
        await asyncio.gather(first, other)
        assert not doubted.done()
        model.second_thought.set()
        assert (await doubted).text == "heard again"
    assert model.batch_sizes == [1, 2]


async def test_a_second_opinion_leaves_the_last_worker_to_finals() -> None:
    async with running(model := FakeModel(), workers=2) as engine:
        model.second_thought.clear()
        final = replace(request(), final=True)
        doubts = [replace(request(prompt="doubt"), final=True) for _ in range(3)]
        doubted = [asyncio.create_task(engine.decode(each)) for each in doubts]
        assert (await engine.decode(final)).text == "heard"
        assert not any(task.done() for task in doubted)
        model.second_thought.set()
        assert {(await task).text for task in doubted} == {"heard again"}


async def test_updates_of_interims_rest_and_first_words_do_not() -> None:
    async with running(model := FakeModel()) as engine:
        model.rest = 3600.0
        await engine.decode(request())
        update = asyncio.create_task(engine.decode(request()))
        first = replace(request(), first=True)
        final = replace(request(), final=True)
        assert [(await engine.decode(each)).text for each in (first, final)] == ["heard"] * 2
        assert not update.done()
        update.cancel()
    assert model.batch_sizes == [1, 1, 1]


async def test_updates_go_on_after_their_rest() -> None:
    async with running(model := FakeModel()) as engine:
        model.rest = 0.001
        assert [(await engine.decode(request())).text for _ in range(3)] == ["heard"] * 3


async def test_a_transcript_tells_how_long_it_waited_for_others() -> None:
    async with running(model := FakeModel(), most=1) as engine:
        first = await busy(engine, model)
        came_at = asyncio.get_running_loop().time()
        other = asyncio.create_task(engine.decode(request()))
        await asyncio.sleep(0)
        model.gate.set()
        await asyncio.gather(first, other)
        over_at = asyncio.get_running_loop().time()
    assert 0 < (await other).waited_s < over_at - came_at


async def test_a_final_passes_between_two_steps_of_a_second_opinion() -> None:
    """On the only worker, too."""
    done: list[str] = []

    async def submit(prompt: str) -> None:
        final = replace(request(prompt=prompt), final=True)
        done.append((await engine.decode(final)).text)

    async with running(model := FakeModel()) as engine:
        model.second_thought.clear()
        doubted = asyncio.create_task(submit("doubt"))
        assert await asyncio.to_thread(model.reconsidering.wait, 10)
        final = asyncio.create_task(submit(""))
        await asyncio.sleep(0)
        model.second_thought.set()
        await asyncio.gather(doubted, final)
    assert done == ["heard", "heard again"]


async def test_a_second_opinion_that_fails_leaves_the_first() -> None:
    async with running(model := FakeModel()) as engine:
        model.confused = True
        assert (await engine.decode(request(prompt="doubt"))).text == "heard"


async def test_requests_ahead_of_real_time_wait_until_they_are_due() -> None:
    async with running(model := FakeModel(), most=1) as engine:
        first = await busy(engine, model)
        order: list[str] = []

        async def decode(name: str, ahead_s: float) -> None:
            await engine.decode(request(), ahead_s)
            order.append(name)

        waiting = [decode("file", 3600), decode("was a file", -1), decode("live", 0.0)]
        tasks = [asyncio.create_task(each) for each in waiting]
        await asyncio.sleep(0)
        model.gate.set()
        await asyncio.gather(first, *tasks)
    assert order == ["was a file", "live", "file"]


async def test_a_failure_concerns_its_batch_alone() -> None:
    async with running(model := FakeModel()) as engine:
        model.broken = True
        with pytest.raises(ModelFailed):
            await engine.decode(request())
        model.broken = False
        assert (await engine.decode(request())).text == "heard"
        assert engine.alive


async def test_whoever_waits_is_told_when_the_engine_stops() -> None:
    async with running(model := FakeModel()) as engine:
        in_flight = await busy(engine, model)
        waiting = asyncio.create_task(engine.decode(request(Task.TRANSLATE)))
        await asyncio.sleep(0)
    for task in (in_flight, waiting):
        with pytest.raises(ModelFailed):
            await task
    assert not engine.alive


async def test_the_engine_stops_at_once_whatever_the_model_does() -> None:
    model = FakeModel()
    engine = Engine([model], finals_first(lambda key: 16))
    running_engine = asyncio.create_task(engine.run())
    await asyncio.sleep(0)
    stuck = await busy(engine, model)
    running_engine.cancel()
    with pytest.raises(ModelFailed):
        await stuck
    assert model.batch_sizes == []  # it is still at it
    model.gate.set()


async def test_a_prompt_is_turned_into_tokens_while_others_are_served() -> None:
    class Tokenising(FakeModel):
        def __init__(self) -> None:
            super().__init__()
            self.tokenised = threading.Event()

        def batch_key(self, request: DecodeRequest) -> Hashable:
            if request.options.prompt:
                self.tokenised.wait(10)
            return super().batch_key(request)

    async with running(model := Tokenising()) as engine:
        prompted = asyncio.create_task(engine.decode(request(prompt="Rome")))
        await engine.decode(request())
        assert not prompted.done()
        model.tokenised.set()
        assert (await prompted).text == "heard"


async def test_an_observer_is_told_of_each_batch() -> None:
    class Sizes(Observer):
        def __init__(self) -> None:
            self.sizes: list[int] = []

        def batch_decoded(self, requests: int, seconds: float) -> None:
            assert seconds >= 0
            self.sizes.append(requests)

    async with running(model := FakeModel(), observer=(sizes := Sizes())) as engine:
        first = await busy(engine, model)
        others = [asyncio.create_task(engine.decode(request())) for _ in range(3)]
        await asyncio.sleep(0)
        model.gate.set()
        await asyncio.gather(first, *others)
    assert sizes.sizes == [1, 3]


async def test_a_stopped_engine_takes_nothing() -> None:
    with pytest.raises(ModelFailed):
        await Engine([FakeModel()], finals_first(lambda key: 16)).decode(request())


async def test_an_engine_that_breaks_tells_its_callers_and_is_not_alive() -> None:
    def broken(job: Job) -> bool:
        raise RuntimeError

    engine = Engine(
        [FakeModel()], Scheduler(broken, rank=broken, is_ahead=broken, batch_key=broken)
    )
    running_engine = asyncio.create_task(engine.run())
    await asyncio.sleep(0)
    with pytest.raises(ModelFailed):
        await engine.decode(request())
    with pytest.raises(ExceptionGroup):
        await running_engine
    assert not engine.alive


class ShortAnswers(FakeModel):
    """Forgets to answer one of the requests."""

    def transcribe(self, requests: Sequence[DecodeRequest], key: Hashable) -> list[Transcript]:
        return super().transcribe(requests, key)[1:]


async def test_a_request_without_an_answer_has_failed() -> None:
    async with running(ShortAnswers()) as engine:
        with pytest.raises(ModelFailed):
            await asyncio.wait_for(engine.decode(request()), 5)
