"""Random faults while a dialogue is heard: no word is lost, none is said twice."""

import asyncio

import pytest

from stt_testing.chaos_proxy import ChaosProxy
from stt_testing.listening import Heard, listen
from stt_testing.local_server import RunningServer
from stt_testing.recordings import recordings

from .chaos import Restart, inflict, schedule
from .mortal_server import MortalServer
from .scale import SCHEDULES

AT_ONCE = 4  # schedules, each with a proxy of its own, on one server
PACES = (4.0, 8.0, 16.0)  # times real time
DIALOGUES = recordings("dialogue")


@pytest.fixture(scope="module")
def calm(server: RunningServer) -> list[Heard]:
    """The dialogues without any fault."""
    return [asyncio.run(listen(server.url, dialogue.pcm())) for dialogue in DIALOGUES]


@pytest.mark.timeout(300)
@pytest.mark.parametrize("first", range(0, SCHEDULES, AT_ONCE))
async def test_no_fault_costs_a_word(calm: list[Heard], first: int) -> None:
    async with MortalServer() as mortal:
        restart = _one_at_a_time(mortal)
        seeds = range(first, first + AT_ONCE)
        await asyncio.gather(*(_check(seed, mortal.url, restart, calm) for seed in seeds))


def _one_at_a_time(mortal: MortalServer) -> Restart:
    restarting = asyncio.Lock()

    async def restart(kill: bool) -> None:
        if not restarting.locked():
            async with restarting:
                await mortal.restart(kill=kill)

    return restart


async def _check(seed: int, url: str, restart: Restart, calm: list[Heard]) -> None:
    dialogue, calm_heard = DIALOGUES[seed % 2], calm[seed % 2]
    pace = PACES[seed % len(PACES)]
    faults = schedule(seed, dialogue.utterances[-1].end / pace)
    async with ChaosProxy(url).running() as proxy:
        chaos = asyncio.create_task(inflict(faults, proxy, restart))
        heard = await listen(proxy.url, dialogue.pcm(), pace)
        await chaos
    told = f"schedule {seed} on {dialogue.name} at pace {pace}: {faults}\n{heard.shape}"
    assert calm_heard.understood(dialogue.text) <= heard.understood(dialogue.text), told
    assert heard.is_in_order() and heard.is_paired(), told
    assert _times(heard) == pytest.approx(_times(calm_heard), abs=0.05), told


def _times(heard: Heard) -> list[float]:
    return [time for final in heard.finals for time in (final.start_time, final.end_time)]
