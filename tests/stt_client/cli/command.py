"""The command as it is installed."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

STT = str(Path(sys.executable).with_name("stt"))
LIMIT_S = 100


def run(
    folder: Path, *arguments: str | Path, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run ``stt`` in a folder, to its end."""
    return subprocess.run(
        [STT, *map(str, arguments)],
        env={**os.environ, **environment},
        cwd=folder,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=LIMIT_S,
    )


async def start(*arguments: str | Path) -> asyncio.subprocess.Process:
    """Start ``stt``, beside a server of the running loop's."""
    pipe = asyncio.subprocess.PIPE
    return await asyncio.create_subprocess_exec(STT, *map(str, arguments), stdout=pipe, stderr=pipe)
