"""Who listens to the microphone: this client's own server, or a service by the user's own key."""

from __future__ import annotations

from contextlib import AsyncExitStack
from dataclasses import replace
from typing import Protocol

import aiohttp

from ..client import Client
from ..connection import Connection, websocket_url
from ..errors import Refused
from ..options import StreamOptions
from ..session import Session, SessionLimits
from ..stream import Connect
from .deepgram import PATH, DeepgramProtocol, explained, query


class Service(Protocol):
    """What opens a session for each recording."""

    def stream(self, sample_rate: int, timeout_s: float) -> Session:
        """Return a session to enter; ``timeout_s`` is for its greeting, and for an outage."""


class Managed:
    """Your own server, by its token.

    Args:
        api_url: as that of ``Client``; default ``CUSTOM_STT_URL``, then
            ``http://localhost:8000``.
        token: sent as a bearer token; default ``CUSTOM_STT_API_KEY``.
        options: how to listen; ``sample_rate`` is the microphone's.
    """

    def __init__(
        self,
        api_url: str | None = None,
        *,
        token: str | None = None,
        options: StreamOptions | None = None,
    ) -> None:
        self._client = Client(api_url, api_key=token)
        self._options = options or StreamOptions()

    def stream(self, sample_rate: int, timeout_s: float) -> Session:
        """Return a session. See ``Service``."""
        options = replace(self._options, sample_rate=sample_rate)
        return self._client.stream(options, SessionLimits(timeout_s=timeout_s))


class OwnKey:
    """A Deepgram-compatible service, by a key of the user's own.

    A lost connection is resumed: the audio that no final had covered is sent again. That is not
    free of loss, as it is with your own server: a word on that border may be cut, or come twice.

    Args:
        api_key: sent as a token.
        api_url: http(s):// or ws(s)://, with or without a path, perhaps with parameters.
        model: one of the service's.
        options: how to listen, as far as the service has a word for it: ``language``, ``keyterms``,
            ``interim_results`` and ``endpointing_ms``. Raises ValueError for others.
    """

    def __init__(
        self,
        api_key: str,
        *,
        api_url: str = "https://api.deepgram.com",
        model: str = "nova-3",
        options: StreamOptions | None = None,
    ) -> None:
        if not api_key.strip():
            raise ValueError("api_key must be the key of an account at the service")
        self._api_key = api_key.strip()
        self._url = websocket_url(api_url, PATH)
        self._model = model
        self._options = options or StreamOptions()
        query(self._options, model)  # raises where it cannot be asked

    def stream(self, sample_rate: int, timeout_s: float) -> Session:
        """Return a session. See ``Service``."""
        options = replace(self._options, sample_rate=sample_rate)
        url = self._url.extend_query(query(options, self._model))

        async def prepare(resources: AsyncExitStack) -> Connect:
            http_session = await resources.enter_async_context(aiohttp.ClientSession())

            async def connect() -> Connection:
                protocol = DeepgramProtocol(self._model)
                try:
                    return await Connection.open(
                        http_session, url, self._api_key, timeout_s, protocol=protocol
                    )
                except Refused as error:
                    raise explained(error) from None

            return connect

        return Session(prepare, options, SessionLimits(timeout_s=timeout_s))
