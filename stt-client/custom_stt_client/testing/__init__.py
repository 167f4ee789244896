"""For tests of programs that use the client: a server that follows a script, and microphones.

    async with ScriptedServer(one_utterance) as server:
        async with Client(server.url).stream() as session:
            await session.send_from(microphone("hello.wav"))

A script is an async function of a ``Call``, which is one connection; there are some here for the
usual cases. What it hears it keeps, for the test to look at.
"""

from .microphones import FileMicrophone, microphone
from .scripts import answer_flushes, deaf, dropping, greet, one_utterance, part, say_final, silence
from .server import Call, HungUp, Refusal, Script, ScriptedServer, serving

__all__ = [
    "Call",
    "FileMicrophone",
    "HungUp",
    "Refusal",
    "Script",
    "ScriptedServer",
    "answer_flushes",
    "deaf",
    "dropping",
    "greet",
    "microphone",
    "one_utterance",
    "part",
    "say_final",
    "serving",
    "silence",
]
