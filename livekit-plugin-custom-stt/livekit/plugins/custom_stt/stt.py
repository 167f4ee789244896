"""The STT a LiveKit agent holds: settings, streams, HTTP session. No protocol."""

from __future__ import annotations

import asyncio
import os
import weakref
from dataclasses import replace
from typing import Any

import aiohttp
from custom_stt_client.connection import Connection, websocket_url
from custom_stt_client.messages import Ready
from custom_stt_client.options import apply_changes
from custom_stt_client.progress import Progress
from custom_stt_client.recording import transcribe
from livekit import rtc
from livekit.agents import (
    DEFAULT_API_CONNECT_OPTIONS,
    NOT_GIVEN,
    APIConnectOptions,
    ConversationItemAddedEvent,
    NotGivenOr,
    stt,
)
from livekit.agents.llm import ChatMessage
from livekit.agents.utils import AudioBuffer, is_given

from ._audio import downmix, resampled
from ._errors import to_api_error
from ._http import HttpSessions
from ._speech_data import joined, speech_data
from .log import logger
from .options import CONVERSATION_LENGTH, STTOptions, with_conversation, with_more_keyterms
from .stream import SpeechStream

DEFAULT_URL = "http://localhost:8000"


class STT(stt.STT[Any]):
    """Streaming speech-to-text from a self-hosted Whisper server.

    Args:
        api_url: http(s):// or ws(s)://, with or without a path; default ``CUSTOM_STT_URL``,
            then ``http://localhost:8000``.
        api_key: sent as a bearer token; default ``CUSTOM_STT_API_KEY``.
        options: how the server shall listen.
        http_session: yours to close. Default: the job's; outside a job, one that ``aclose``
            closes.
    """

    def __init__(
        self,
        *,
        api_url: str | None = None,
        api_key: str | None = None,
        options: STTOptions | None = None,
        http_session: aiohttp.ClientSession | None = None,
    ) -> None:
        options = options or STTOptions()
        super().__init__(
            capabilities=stt.STTCapabilities(
                streaming=True,
                interim_results=options.interim_results,
                aligned_transcript="word" if options.words else "chunk",
                offline_recognize=True,
                keyterms=True,
                chat_context=True,
                manual_flush=True,
            )
        )
        self._url = websocket_url(api_url or os.environ.get("CUSTOM_STT_URL") or DEFAULT_URL)
        self._api_key = (api_key or os.environ.get("CUSTOM_STT_API_KEY") or "").strip()
        self._options = options
        self._session_keyterms: tuple[str, ...] = ()  # the framework's, beside the user's own
        self._conversation = ""
        self._http_sessions = HttpSessions(http_session)
        self._streams = weakref.WeakSet[SpeechStream]()
        self._model = "unknown"

    @property
    def model(self) -> str:
        """The model as the server names it; "unknown" before the first connection."""
        return self._model

    @property
    def provider(self) -> str:
        return "custom_stt"

    def stream(
        self,
        *,
        language: NotGivenOr[str] = NOT_GIVEN,
        conn_options: APIConnectOptions = DEFAULT_API_CONNECT_OPTIONS,
    ) -> SpeechStream:
        stream = SpeechStream(
            stt=self,
            options=self._effective_options(language),
            conn_options=conn_options,
            connect=self._connect,
            on_ready=self._server_is_ready,
        )
        self._streams.add(stream)
        return stream

    def update_options(self, **changes: Any) -> None:
        """Change ``CHANGEABLE_MID_STREAM`` options here and in every live stream.

        In-band: no stream reconnects. Raises ValueError for any other option.
        """
        given = {name: value for name, value in changes.items() if is_given(value)}
        self._options = apply_changes(self._options, given)
        self._change_streams(*given)

    def _update_session_keyterms(self, keyterms: list[str]) -> None:
        self._session_keyterms = tuple(keyterms)
        self._change_streams("keyterms")

    def _push_conversation_item(self, ev: ConversationItemAddedEvent) -> None:
        """Put what was said last into the prompt. ``forward_chat_context`` turns it off."""
        item = ev.item
        if isinstance(item, ChatMessage) and item.role in ("user", "assistant"):
            conversation = f"{self._conversation} {item.text_content or ''}".strip()
            self._conversation = conversation[-2 * CONVERSATION_LENGTH :]
            self._change_streams("prompt")

    def _change_streams(self, *names: str) -> None:
        effective = self._effective_options()
        for stream in self._streams:
            stream.update_options(**{name: getattr(effective, name) for name in names})

    async def _recognize_impl(
        self,
        buffer: AudioBuffer,
        *,
        language: NotGivenOr[str] = NOT_GIVEN,
        conn_options: APIConnectOptions,
    ) -> stt.SpeechEvent:
        audio = rtc.combine_audio_frames(buffer)
        options = replace(self._effective_options(language), interim_results=False)
        timeout_s = conn_options.timeout
        try:
            pcm = resampled(downmix(audio), options.sample_rate)
            connection = await self._connect(timeout_s)
            heard = await transcribe(connection, pcm, options, timeout_s, self._server_is_ready)
        except Exception as error:
            raise to_api_error(error) from None
        finals = [speech_data(final, Progress()) for final in heard.finals]
        said = joined(finals, heard.suppressed[0] if heard.suppressed else None)
        return stt.SpeechEvent(stt.SpeechEventType.FINAL_TRANSCRIPT, heard.session_id, [said])

    def prewarm(self) -> None:
        """Nothing to load here: a stream connects while its first audio is on the way."""

    async def __aenter__(self) -> STT:  # typed as itself: its streams are SpeechStreams
        return self

    async def aclose(self) -> None:
        """Close the live streams of this event loop, and the HTTP session if it is our own."""
        loop = asyncio.get_running_loop()
        mine = [stream for stream in self._streams if stream.loop is loop]
        await asyncio.gather(*(stream.aclose() for stream in mine))
        await self._http_sessions.aclose()

    def _effective_options(self, language: NotGivenOr[str] = NOT_GIVEN) -> STTOptions:
        options = with_more_keyterms(self._options, self._session_keyterms)
        options = with_conversation(options, self._conversation)
        return replace(options, language=language) if is_given(language) else options

    async def _connect(self, timeout_s: float) -> Connection:
        session = await self._http_sessions.current()
        return await Connection.open(session, self._url, self._api_key, timeout_s, logger)

    def _server_is_ready(self, ready: Ready) -> None:
        self._model = ready.model
