"""An event loop on which hours pass in seconds: its clock jumps whenever it would wait."""

import asyncio
import selectors
import time
from collections.abc import Coroutine
from typing import Any

PATIENCE_S = 0.0005  # real seconds, for what is on its way through the kernel or a thread


class FastSelector(selectors.DefaultSelector):
    """Nothing ready in PATIENCE_S: then nothing will be before the timeout."""

    def __init__(self) -> None:
        super().__init__()
        self.skipped_s = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None or timeout <= PATIENCE_S:
            return super().select(timeout)
        ready = super().select(PATIENCE_S)
        if not ready:
            self.skipped_s += timeout
        return ready


class FastLoop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._fast = FastSelector()
        super().__init__(self._fast)

    def time(self) -> float:
        return time.monotonic() + self._fast.skipped_s


def run(main: Coroutine[Any, Any, None]) -> None:
    with asyncio.Runner(loop_factory=FastLoop) as runner:
        runner.run(main)
