"""Streaming speech-to-text for LiveKit Agents from a self-hosted Whisper server."""

from livekit.agents import Plugin

from .log import logger
from .options import STTOptions
from .stream import SpeechStream
from .stt import STT
from .version import __version__

__all__ = ["STT", "STTOptions", "SpeechStream", "__version__"]


class CustomSTTPlugin(Plugin):
    def __init__(self) -> None:
        super().__init__(__name__, __version__, __package__ or __name__, logger)


Plugin.register_plugin(CustomSTTPlugin())

__pdoc__ = {name: False for name in dir() if name not in __all__}
