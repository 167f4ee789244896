"""Wait for what has no event to wait for: the one loop that looks again and again."""

import asyncio
from collections.abc import Callable

LOOK_AGAIN_S = 0.001


async def until(condition: Callable[[], object], timeout_s: float = 20.0) -> None:
    """Return once ``condition()`` is true; raise TimeoutError if it is not in time."""
    async with asyncio.timeout(timeout_s):
        while not condition():  # noqa: ASYNC110 (of anything: not all have an event)
            await asyncio.sleep(LOOK_AGAIN_S)
