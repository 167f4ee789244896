"""This repository's server, as people start it."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path

from .product import ENDPOINTING_MS, BarePCM, Launch, Message, Product, Screen


class NativeDialect(BarePCM):
    ending = '{"type":"end_of_stream"}'

    def hear(self, message: Message) -> None:
        if message["type"] != "transcript":
            return
        if message["is_final"]:
            self.screen = Screen(f"{self.screen.final} {message['text']}")
        else:
            self.screen = Screen(self.screen.final, message["text"])


def ours(name: str, settings: Mapping[str, str]) -> Product:
    note = " ".join(f"{key}={value}" for key, value in settings.items()) or "as it is"
    launch = partial(_launch, settings)
    return Product(name, None, "/ws/transcribe?language=en", launch, NativeDialect, note)


def _launch(settings: Mapping[str, str], weights: Path, port: int) -> Launch:
    variables = {
        "WHISPER_MODEL_SIZE": str(weights),
        "STT_PORT": str(port),
        "STT_DEVICE": "cpu",
        "STT_ENDPOINTING_MS": str(ENDPOINTING_MS),
        "STT_MAX_SESSIONS": "256",
        **settings,
    }
    return Launch(("-m", "stt_api"), variables)
