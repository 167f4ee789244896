"""How to reach a server, and what to ask of it: a stream, or a whole recording."""

from __future__ import annotations

import asyncio
import os
from contextlib import AsyncExitStack
from dataclasses import replace

import aiohttp

from .connection import Connection, websocket_url
from .options import StreamOptions
from .recording import RecordingTranscript
from .session import Session, SessionLimits
from .sound import read_sound
from .stream import Connect

DEFAULT_URL = "http://localhost:8000"


class Client:
    """A speech-to-text server. It holds nothing open, and needs no closing.

    Args:
        api_url: http(s):// or ws(s)://, with or without a path; default ``CUSTOM_STT_URL``,
            then ``http://localhost:8000``.
        api_key: sent as a bearer token; default ``CUSTOM_STT_API_KEY``.
        http_session: yours to close. Default: each session opens and closes one.
    """

    def __init__(
        self,
        api_url: str | None = None,
        *,
        api_key: str | None = None,
        http_session: aiohttp.ClientSession | None = None,
    ) -> None:
        self._url = websocket_url(api_url or os.environ.get("CUSTOM_STT_URL") or DEFAULT_URL)
        self._api_key = (api_key or os.environ.get("CUSTOM_STT_API_KEY") or "").strip()
        self._http_session = http_session

    def stream(
        self, options: StreamOptions | None = None, limits: SessionLimits | None = None
    ) -> Session:
        """Return a session to enter with ``async with``."""
        limits = limits or SessionLimits()
        timeout_s = limits.timeout_s

        async def prepare(resources: AsyncExitStack) -> Connect:
            http_session = self._http_session
            if http_session is None:
                http_session = await resources.enter_async_context(aiohttp.ClientSession())

            async def connect() -> Connection:
                return await Connection.open(http_session, self._url, self._api_key, timeout_s)

            return connect

        return Session(prepare, options or StreamOptions(), limits)

    async def transcribe(
        self, recording: str | os.PathLike[str] | bytes, options: StreamOptions | None = None
    ) -> RecordingTranscript:
        """Return what is said in a WAV file, or in its bytes. Raises ValueError, or SttError.

        Other bytes are 16-bit mono PCM at the rate of the options.
        """
        options = replace(options or StreamOptions(), interim_results=False)
        sound = await asyncio.to_thread(read_sound, recording, options)
        transcript = RecordingTranscript()
        async with self.stream(sound.options) as session:
            session.send_from(sound.pieces(), finish=True)
            async for event in session:
                transcript.add(event)
        return transcript
