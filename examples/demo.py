"""From a recording through the plugin and a server to live transcripts.

    python examples/demo.py [RECORDING.wav [URL]]

Without the URL of a server, this runs one of its own with the model pico.
"""

import asyncio
import sys
import wave
from collections.abc import AsyncIterator
from pathlib import Path

from livekit import rtc
from livekit.agents import stt
from livekit.plugins import custom_stt

RECORDING = Path(__file__).parents[1] / "testing/recordings/demo.wav"
FRAME_S = 0.02


async def live(path: Path) -> AsyncIterator[rtc.AudioFrame]:
    """Play a 16-bit mono WAV file in frames, as fast as a person speaks."""
    clock = asyncio.get_running_loop().time
    with wave.open(str(path)) as recording:
        rate, start = recording.getframerate(), clock()
        size = int(rate * FRAME_S)
        while pcm := recording.readframes(size):
            yield rtc.AudioFrame(pcm, rate, 1, len(pcm) // 2)
            await asyncio.sleep(start + recording.tell() / rate - clock())


def show(event: stt.SpeechEvent) -> None:
    """Print interims in place, and finals as lines with their times."""
    speech = event.alternatives[0]
    if not speech.text:
        return
    final = event.type is stt.SpeechEventType.FINAL_TRANSCRIPT
    times = f"{speech.start_time:6.2f} – {speech.end_time:5.2f} s" if final else "…"
    print(f"\r\033[K{times:>16}  {speech.text}", end="\n" if final else "", flush=True)


async def transcribe(url: str, recording: Path) -> None:
    plugin = custom_stt.STT(api_url=url, options=custom_stt.STTOptions(language="en"))
    stream = plugin.stream()

    async def receive() -> None:
        async for event in stream:
            show(event)

    receiving = asyncio.create_task(receive())
    async for frame in live(recording):
        stream.push_frame(frame)
    await stream.end_input()
    await receiving
    await stream.aclose()
    await plugin.aclose()


def main(recording: str | Path = RECORDING, url: str | None = None) -> None:
    if url is not None:
        return asyncio.run(transcribe(url, Path(recording)))
    from stt_testing.local_server import running_server  # with a URL, the plugin is all it takes

    print(f"model pico, {Path(recording).name}, in real time")
    with running_server() as server:
        asyncio.run(transcribe(server.url, Path(recording)))


if __name__ == "__main__":
    main(*sys.argv[1:])
