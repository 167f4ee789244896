"""Send and receive at once over one connection, and decide when and how that is over."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

from .connection import Connection
from .errors import ServerTimeout

LAST_WORDS_S = 1.0  # after a failed write, to read why the server hung up

Task = asyncio.Task[None]


async def exchange(
    connection: Connection,
    sending: Coroutine[Any, Any, None],
    receiving: Coroutine[Any, Any, None],
    timeout_s: float,
    *watching: Coroutine[Any, Any, None],
) -> None:
    """Run both directions until the server has ended the session. ``watching`` may only raise.

    Raises what failed. What ends first decides:

    1. Receiving: the session is over, or that is the failure.
    2. Sending, a keepalive or a watcher, by a failure: the server may have said why it hung up,
       and gets LAST_WORDS_S to be heard.
    3. Sending, since all is sent: the server owes the end of the session. ServerTimeout is
       raised once it has said nothing for ``timeout_s``.
    """
    receiver = asyncio.create_task(receiving)
    others = [asyncio.create_task(each) for each in (sending, connection.keep_alive(), *watching)]
    tasks = (receiver, *others)
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        if any(map(_failed, others)):
            await asyncio.wait({receiver}, timeout=LAST_WORDS_S)
        elif not receiver.done():
            await _wait_for_the_end(connection, receiver, timeout_s)
        for task in tasks:  # the receiver first: it knows best what happened
            if task.done():
                task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _wait_for_the_end(connection: Connection, receiver: Task, timeout_s: float) -> None:
    received = -1
    while not receiver.done():
        if connection.messages_received == received:
            raise ServerTimeout("the server did not end the session in time")
        received = connection.messages_received
        await asyncio.wait({receiver}, timeout=timeout_s)


def _failed(task: Task) -> bool:
    return task.done() and not task.cancelled() and task.exception() is not None
