"""Whether somebody speaks live: then files leave room."""

LIVE_S = 2.0  # a speaker's requests come closer to each other


class Presence:
    """Pure; times are in s, of any one clock."""

    def __init__(self) -> None:
        self._until = 0.0

    def note(self, now: float) -> None:
        """Somebody speaks live."""
        self._until = now + LIVE_S

    def at(self, now: float) -> bool:
        """Tell if somebody speaks live, or has just spoken."""
        return now < self._until
