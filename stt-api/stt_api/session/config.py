"""What one session is asked to do."""

from dataclasses import dataclass, field

from .audio import AudioFormat
from .decoding import DecodeOptions
from .endpointing import EndpointingConfig
from .windowing import WindowingPolicy


@dataclass(frozen=True, slots=True)
class SessionConfig:
    """``hop_s`` is the new audio that an interim waits for."""

    audio: AudioFormat = field(default_factory=AudioFormat)
    decoding: DecodeOptions = field(default_factory=DecodeOptions)
    endpointing: EndpointingConfig = field(default_factory=EndpointingConfig)
    windowing: WindowingPolicy = WindowingPolicy.UTTERANCE
    vad: bool = True
    interim_results: bool = True
    resume: bool = False
    """The client sends what was not answered again: an interruption leaves speech to that."""
    hop_s: float = 0.5
    warm_up_s: float = 0.0
    """Audio at the beginning that another session has answered: it warms up the detector only."""
    max_utterance_s: float = 28.0
    """A longer utterance gets a Final up to its quietest moment: Whisper hears 30 s at most."""
