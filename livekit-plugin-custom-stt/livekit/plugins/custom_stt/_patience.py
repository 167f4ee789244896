"""When a stream that has lost its connection tries again, and when it tells the framework."""

from __future__ import annotations

from livekit.agents import APIConnectOptions, APIError

PAUSES_S = (0.0, 0.1, 0.2, 0.5, 1.0)  # before each new try, the last one again and again


class Patience:
    """A stream that a server had greeted resumes by itself: nothing is lost, nobody need know.

    For ``timeout`` seconds without progress, that is. Then, and where no retry is allowed or of
    use, the error is raised: the framework has retries of its own, and adapters to fall back on.
    Times are of any one clock, in seconds.
    """

    def __init__(self, options: APIConnectOptions) -> None:
        self._options = options
        self._may_resume = False
        self._greeted_at: float | None = None  # on this connection
        self._failing_since: float | None = None
        self._failures = 0
        self._not_before = 0.0

    def begin(self) -> None:
        """The framework starts the stream, or starts it again."""
        self._may_resume, self._greeted_at = False, None

    def greeted(self, now: float) -> None:
        self._may_resume, self._greeted_at = True, now

    def progressed(self) -> None:
        """The server has covered audio."""
        self._failing_since, self._failures = None, 0

    def failed(self, error: APIError, now: float) -> None:
        """Raises it where the stream must not try again by itself."""
        self._not_before = now + min(_retry_after_s(error), self._options.timeout)
        if not (self._may_resume and error.retryable and self._options.max_retry):
            raise error
        if self._failing_for_s(now) > self._options.timeout:
            raise error

    def pause_s(self, now: float) -> float:
        """To wait before the next try."""
        return max(0.0, self._not_before - now)

    def _failing_for_s(self, now: float) -> float:
        """Until the next try, which is set here."""
        if self._greeted_at is not None and now - self._greeted_at >= self._options.timeout:
            self.progressed()
        self._greeted_at = None
        self._failing_since = now if self._failing_since is None else self._failing_since
        pause_s = PAUSES_S[min(self._failures, len(PAUSES_S) - 1)]
        self._failures += 1
        self._not_before = max(self._not_before, now + pause_s)
        return self._not_before - self._failing_since


def _retry_after_s(error: APIError) -> float:
    body = error.body if isinstance(error.body, dict) else {}
    return float(body.get("retry_after_s", 0.0))
