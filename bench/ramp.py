"""Decide how many sessions to try next. Pure."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Ramp:
    """Double until it fails, then halve the gap until it is within ``precision`` of the best."""

    first: int
    most: int
    precision: float = 0.15
    results: dict[int, bool] = field(default_factory=dict)  # sessions → sustained

    @property
    def sustained(self) -> int:
        """The most sessions that were held, below the fewest that were not."""
        return max((n for n, held in self.results.items() if held and n < self._ceiling), default=0)

    @property
    def _ceiling(self) -> int:
        return min((n for n, held in self.results.items() if not held), default=self.most + 1)

    def next(self) -> int | None:
        """Return None when it is known well enough."""
        if not self.results:
            return self.first
        if self._ceiling > self.most:
            doubled = min(2 * max(self.results), self.most)
            return None if doubled in self.results else doubled
        middle = (self.sustained + self._ceiling) // 2
        if middle in (0, *self.results) or self._gap() <= self.precision:
            return None
        return middle

    def _gap(self) -> float:
        return (self._ceiling - self.sustained) / self._ceiling
