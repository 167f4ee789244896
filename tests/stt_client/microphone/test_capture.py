"""Audio from a thread to an event loop."""

from __future__ import annotations

import asyncio
import threading

from custom_stt_client.microphone.capture import MAX_PIECES, Capture


async def test_what_came_before_and_after_the_loop_opened_it_comes_in_order() -> None:
    capture = Capture()
    capture.put(b"a")
    capture.open()
    first = await capture.next()
    waiting = asyncio.create_task(capture.next())
    await asyncio.sleep(0)
    device = threading.Thread(target=capture.put, args=(b"b",))
    device.start()
    device.join()
    capture.end()
    assert [first, await waiting, await capture.next()] == [b"a", b"b", None]


async def test_where_nobody_takes_it_the_oldest_goes() -> None:
    capture = Capture()
    for number in range(MAX_PIECES + 1):
        capture.put(b"%d" % number)
    capture.open()
    assert await capture.next() == b"1"


def test_after_the_loop_is_closed_a_device_may_still_speak() -> None:
    capture = Capture()

    async def open_it() -> None:
        capture.open()

    asyncio.run(open_it())
    capture.put(b"late")
    capture.end()
