"""How much one session may take."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds and bytes; ``max_session_s`` 0 means no limit."""

    max_message_bytes: int = 4 * 1024 * 1024
    idle_timeout_s: float = 60.0
    max_session_s: float = 0.0
    send_timeout_s: float = 10.0
