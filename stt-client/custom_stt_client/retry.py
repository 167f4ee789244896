"""When a stream that has lost its connection tries again, and when its user is told."""

from __future__ import annotations

from .errors import SttError

PAUSES_S = (0.0, 0.1, 0.2, 0.5, 1.0)  # before each new try, the last one again and again


class Retry:
    """A stream that a server had greeted resumes by itself: nothing is lost, nobody need know.

    For ``timeout_s`` without progress, that is. Then, and where no retry is allowed or of use,
    the error is raised: the user may know another server. Times are of any one clock, in seconds.
    """

    def __init__(self, timeout_s: float, *, resumes: bool = True) -> None:
        self._timeout_s = timeout_s
        self._resumes = resumes
        self._may_resume = False  # a server has greeted this stream since it was started
        self._greeted_at: float | None = None  # on this connection
        self._failing_since: float | None = None
        self._failures = 0
        self._not_before = 0.0

    def begin(self) -> None:
        """Note that the user starts the stream, or starts it again."""
        self._may_resume, self._greeted_at = False, None

    def greeted(self, now: float) -> None:
        """Note that a server is there. That alone is no progress: it may fail again at once."""
        self._may_resume, self._greeted_at = True, now

    def progressed(self) -> None:
        """Note that the server has covered audio."""
        self._failing_since, self._failures = None, 0

    def failed(self, error: SttError, now: float) -> None:
        """Set when to try again. Raises the error where the stream must not do so by itself."""
        self._not_before = now + min(error.retry_after_s or 0.0, self._timeout_s)
        if not (self._may_resume and error.retryable and self._resumes):
            raise error
        failing_since = self._count_failure(now)
        if self._not_before - failing_since > self._timeout_s:
            raise error

    def pause_s(self, now: float) -> float:
        """Return how long to wait before the next try."""
        return max(0.0, self._not_before - now)

    def _count_failure(self, now: float) -> float:
        """Set the pause that this failure asks for. Returns since when there has been no success.

        A connection that lasted for the timeout was one, even if nobody spoke.
        """
        if self._greeted_at is not None and now - self._greeted_at >= self._timeout_s:
            self.progressed()
        self._greeted_at = None
        self._failing_since = now if self._failing_since is None else self._failing_since
        pause_s = PAUSES_S[min(self._failures, len(PAUSES_S) - 1)]
        self._failures += 1
        self._not_before = max(self._not_before, now + pause_s)
        return self._failing_since
