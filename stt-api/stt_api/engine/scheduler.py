"""Choose which requests share the next batch. No I/O, no clock, no model."""

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

R = TypeVar("R")


class Scheduler(Generic[R]):
    """Waiting requests, finals first, then oldest first.

    A batch is whatever waits when the model is free, so an idle server adds no delay and a busy
    one forms large batches by itself. It never holds more than one request for each session.
    """

    def __init__(
        self,
        max_batch_size: int,
        is_final: Callable[[R], bool],
        batch_key: Callable[[R], Hashable],
    ) -> None:
        self.max_batch_size = max_batch_size
        self.is_final = is_final
        self.batch_key = batch_key
        self.waiting: list[R] = []

    def add(self, request: R) -> None:
        self.waiting.append(request)

    def next_batch(self, *, finals_only: bool = False) -> list[R]:
        """Remove and return the next batch; empty if nothing waits.

        ``finals_only``: begin none without a final. Others may still fill it up.
        """
        queue = sorted(self.waiting, key=lambda request: not self.is_final(request))  # stable
        if not queue or (finals_only and not self.is_final(queue[0])):
            return []
        key = self.batch_key(queue[0])
        batch = [r for r in queue if self.batch_key(r) == key][: self.max_batch_size]
        taken = {id(request) for request in batch}
        self.waiting = [request for request in self.waiting if id(request) not in taken]
        return batch
