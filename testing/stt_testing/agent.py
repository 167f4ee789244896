"""Stand-ins for what an AgentSession takes from a room and from a key: a microphone, an LLM."""

from typing import Any

from livekit import rtc
from livekit.agents import llm, utils
from livekit.agents.types import DEFAULT_API_CONNECT_OPTIONS
from livekit.agents.voice.io import AudioInput


class Microphone(AudioInput):
    """Hears what is pushed, when it is pushed."""

    def __init__(self) -> None:
        super().__init__(label="recording")
        self._frames: utils.aio.Chan[rtc.AudioFrame] = utils.aio.Chan()

    async def __anext__(self) -> rtc.AudioFrame:
        return await self._frames.__anext__()

    def push(self, frame: rtc.AudioFrame) -> None:
        self._frames.send_nowait(frame)


class StubLLM(llm.LLM[Any]):
    """Answers "Done." to everything."""

    def chat(self, *, chat_ctx: llm.ChatContext, tools: Any = None, **options: Any) -> Any:
        conn_options = options.get("conn_options", DEFAULT_API_CONNECT_OPTIONS)
        return StubStream(self, chat_ctx=chat_ctx, tools=tools or [], conn_options=conn_options)


class StubStream(llm.LLMStream):
    async def _run(self) -> None:
        delta = llm.ChoiceDelta(role="assistant", content="Done.")
        self._event_ch.send_nowait(llm.ChatChunk(id="stub", delta=delta))
