"""What RealtimeSTT imports of PyAudio and, fed by a socket, never uses: no microphone here."""

paInt16 = 8


class PyAudio:
    pass


class Stream:
    pass
