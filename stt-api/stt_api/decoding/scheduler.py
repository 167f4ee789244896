"""Choose which requests share the next batch. No I/O, no clock, no model."""

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

R = TypeVar("R")


class Scheduler(Generic[R]):
    """Waiting requests: those that are due, by rank; then those ahead of real time.

    Among equals the oldest goes first. A batch is whatever waits when the model is free, so an
    idle server adds no delay and a busy one forms large batches by itself. It never holds more
    than one request for each session. ``most`` tells how many requests like one a batch may hold.
    """

    def __init__(
        self,
        most: Callable[[R], int],
        rank: Callable[[R], int],
        is_ahead: Callable[[R], bool],
        batch_key: Callable[[R], Hashable],
    ) -> None:
        self.most = most
        self.rank = rank
        self.is_ahead = is_ahead
        self.batch_key = batch_key
        self.waiting: list[R] = []

    def add(self, request: R) -> None:
        self.waiting.append(request)

    def next_batch(
        self,
        may_begin: Callable[[R], bool] = lambda request: True,
        may_join: Callable[[R], bool] = lambda request: True,
    ) -> list[R]:
        """Remove and return the next batch; empty if nothing that ``may_begin`` one waits.

        Others that ``may_join`` fill it up, but not those ahead of real time a batch of those that
        are due: a bigger batch takes longer.
        """
        queue = sorted(self.waiting, key=lambda r: (self.is_ahead(r), self.rank(r)))
        first = next(filter(may_begin, queue), None)
        if first is None:
            return []
        kind = self._kind(first)
        alike = (r for r in queue if r is not first and self._kind(r) == kind)
        others = filter(may_join, alike)
        batch = [first, *others][: self.most(first)]
        taken = {id(request) for request in batch}
        self.waiting = [request for request in self.waiting if id(request) not in taken]
        return batch

    def _kind(self, request: R) -> tuple[Hashable, bool]:
        return self.batch_key(request), self.is_ahead(request)
