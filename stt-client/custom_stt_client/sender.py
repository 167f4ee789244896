"""A stream's outbox over one connection: settings, audio, flushes, the end.

Of what comes back it is told only whether the server took its settings.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from functools import partial

from .backlog import Audio, Entry, Flush
from .connection import Connection
from .options import StreamOptions, take_back
from .outbox import Outbox, Start
from .progress import Progress
from .timeline import Timeline
from .utterances import Utterances
from .wire import configure, finalize, reconfigure


class Sender:
    """Tells timeline, utterances and progress what it sends, before it is on its way.

    Before, since the server's answer may come while the sending call still waits for the socket.
    """

    def __init__(
        self,
        connection: Connection,
        start: Start,
        timeline: Timeline,
        utterances: Utterances,
        progress: Progress,
    ) -> None:
        self._connection = connection
        self._warm_up = start.warm_up
        self._options = start.options  # sent last
        self._in_force = start.options
        self._unanswered: deque[StreamOptions] = deque()  # the server answers in order
        self._rate = start.options.sample_rate
        self._timeline = timeline
        self._utterances = utterances
        self._progress = progress

    async def send(self, outbox: Outbox) -> None:
        """Send until the input has ended."""
        await self._begin()
        while entry := await outbox.next():
            await self._send_entry(entry)
        await self._connection.end()

    async def _begin(self) -> None:
        """Send the settings, and audio to warm up on; both as far as the server knows of it.

        Without ``warm_up`` its speech detector begins cold: the first utterance of a connection
        that resumes may begin a little elsewhere. Without ``resume`` a session that the server
        interrupts ends with a final, perhaps in the middle of a word. No audio is lost by either.
        """
        warms_up = bool(self._warm_up.pcm) and await self._connection.has("warm_up")
        warm_up_s = (self._warm_up.end - self._warm_up.position) / self._rate if warms_up else 0.0
        resume = await self._connection.has("resume")
        self._unanswered.append(self._options)
        await self._connection.send(configure(self._options, warm_up_s, resume=resume))
        if warms_up:
            await self._send_entry(self._warm_up)

    def settings_taken(self) -> None:
        """Note that the server took the oldest settings that it had not answered."""
        if self._unanswered:
            self._in_force = self._unanswered.popleft()

    def settings_refused(self) -> Callable[[StreamOptions], StreamOptions]:
        """Note that it refused them, and goes on under those in force.

        Return what takes them out of any options.
        """
        refused = self._unanswered.popleft() if self._unanswered else self._options
        undo = partial(take_back, refused=refused, in_force=self._in_force)
        self._options = undo(self._options)
        self._unanswered = deque(map(undo, self._unanswered))
        return undo

    async def _send_entry(self, entry: Entry) -> None:
        if isinstance(entry, Audio):
            self._timeline.sent(entry)
            self._progress.sent(entry.position / self._rate, entry.end / self._rate)
            await self._connection.send_audio(entry.pcm)
        elif isinstance(entry, Flush):
            self._timeline.flush_sent(entry.id)
            self._utterances.flush_sent(entry.id)
            await self._connection.send(finalize(entry.id))
        else:
            before, self._options = self._options, entry.options
            self._unanswered.append(entry.options)
            await self._connection.send(reconfigure(before, entry.options))
