"""WhisperLiveKit with faster-whisper, by its endpoint in Deepgram's protocol."""

from pathlib import Path

from stt_testing.recordings import FOLDER

from .product import ENDPOINTING_MS, BarePCM, Launch, Message, Product, Refused

WARM_UP = FOLDER / "demo.wav"  # without a file of its own it would fetch one
RUN = "import sys; from whisperlivekit.cli import main; sys.exit(main())"
QUERY = "encoding=linear16&sample_rate=16000&channels=1&language=en&interim_results=true"


class DeepgramDialect(BarePCM):
    ending = '{"type":"CloseStream"}'

    def hear(self, message: Message) -> None:
        if message["type"] == "Error":
            raise Refused(message["description"])
        if message["type"] == "Results":
            text = message["channel"]["alternatives"][0]["transcript"]
            self.screen = self.screen.showing(text, final=message["is_final"])


def _launch(weights: Path, port: int) -> Launch:
    options = {
        "host": "127.0.0.1",
        "port": port,
        "backend": "faster-whisper",
        "backend-policy": "localagreement",
        "model-path": weights,
        "language": "en",
        "warmup-file": WARM_UP,
    }
    given = (str(part) for key, value in options.items() for part in (f"--{key}", value))
    return Launch(("-c", RUN, "serve", *given, "--pcm-input"))


WHISPERLIVEKIT = Product(
    "WhisperLiveKit 0.2.26",
    "whisperlivekit",
    f"/v1/listen?{QUERY}&endpointing={ENDPOINTING_MS}",
    _launch,
    DeepgramDialect,
    "its LocalAgreement policy, for its default one takes PyTorch weights only; its beam is 5 and "
    "cannot be set",
)
