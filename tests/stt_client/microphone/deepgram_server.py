"""A server that answers as Deepgram does, and refuses what it refuses."""

from __future__ import annotations

import json
from typing import Any

from aiohttp import WSMsgType, web
from custom_stt_client.testing import serving

Json = dict[str, Any]

KEY = "a-key-of-my-own"
MODELS = ("nova-3",)
PARAMETERS = {
    "channels",
    "encoding",
    "endpointing",
    "interim_results",
    "keyterm",
    "language",
    "model",
    "punctuate",
    "sample_rate",
}
INTERIM_S, FINAL_S = 0.2, 0.4  # of audio, after which "hello" and "hello world" are said
CLOSE_S = 0.6  # after which a connection is closed, if it is


class Listener:
    """One connection: what it was asked for and what it heard."""

    def __init__(self, request: web.Request) -> None:
        self.query = list(request.query.items())
        self.rate = int(request.query["sample_rate"])
        self.ws = web.WebSocketResponse()
        self.frames: list[str] = []  # the types of text frames
        self.audio = bytearray()
        self.said_s = 0.0

    @property
    def heard_s(self) -> float:
        return len(self.audio) / 2 / self.rate

    async def results(self, text: str, end_s: float, **flags: bool) -> None:
        """Say what was heard since the last final."""
        alternative = {"transcript": text, "confidence": 0.9, "words": []}
        await self.ws.send_json(
            {
                "type": "Results",
                "channel_index": [0, 1],
                "start": self.said_s,
                "duration": end_s - self.said_s,
                "is_final": False,
                "speech_final": False,
                "channel": {"alternatives": [alternative]},
                "metadata": {"request_id": "r"},
                **flags,
            }
        )
        if flags.get("is_final"):
            self.said_s = end_s


class DeepgramServer:
    """``close_with``: the code that the first connection is closed with, in the middle."""

    def __init__(self, close_with: int | None = None) -> None:
        self.listeners: list[Listener] = []
        self.url = ""
        self._close_with = close_with

    async def __aenter__(self) -> DeepgramServer:
        self._serving = serving("/v1/listen", self._serve)
        self.url = await self._serving.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._serving.__aexit__(None, None, None)

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        scheme, _, key = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "token" or key != KEY:
            return web.json_response({"err_code": "INVALID_AUTH"}, status=401)
        asked = set(request.query)
        if asked - PARAMETERS or request.query.get("model") not in MODELS:
            return web.json_response({"err_code": "Bad Request"}, status=400)
        listener = Listener(request)
        await listener.ws.prepare(request)
        self.listeners.append(listener)
        await self._listen(listener, len(self.listeners) == 1)
        return listener.ws

    async def _listen(self, listener: Listener, is_first: bool) -> None:
        async for message in listener.ws:
            if message.type is WSMsgType.BINARY:
                before_s = listener.heard_s
                listener.audio += message.data
                await self._answer(listener, before_s)
                if is_first and self._close_with and listener.heard_s >= CLOSE_S:
                    await listener.ws.close(code=self._close_with, message=b"DATA-0000")
            elif message.type is WSMsgType.TEXT and await self._obey(listener, message.data):
                return

    async def _answer(self, listener: Listener, before_s: float) -> None:
        if before_s < INTERIM_S <= listener.heard_s:
            await listener.results("hello", INTERIM_S)
        if before_s < FINAL_S <= listener.heard_s:
            await listener.results("hello world", FINAL_S, is_final=True, speech_final=True)

    async def _obey(self, listener: Listener, text: str) -> bool:
        """Return True at the end of the stream."""
        kind = json.loads(text)["type"]
        listener.frames.append(kind)
        if kind == "Finalize":
            await listener.results("", listener.heard_s, is_final=True, from_finalize=True)
        elif kind == "CloseStream":
            await listener.results("goodbye", listener.heard_s, is_final=True)
            await listener.ws.send_json({"type": "Metadata", "duration": listener.heard_s})
            await listener.ws.close(code=1000)
            return True
        elif kind != "KeepAlive":
            await listener.ws.send_json(
                {
                    "type": "Error",
                    "variant": "SchemaError",
                    "description": "unknown",
                    "message": text,
                }
            )
        return False
