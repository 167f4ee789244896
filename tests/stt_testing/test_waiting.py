import asyncio

import pytest

from stt_testing.waiting import until


async def test_waiting_ends_when_the_condition_holds() -> None:
    holds = asyncio.Event()
    asyncio.get_running_loop().call_soon(holds.set)
    await until(holds.is_set)


async def test_waiting_for_what_never_comes_is_an_error() -> None:
    with pytest.raises(TimeoutError):
        await until(lambda: False, timeout_s=0.01)
