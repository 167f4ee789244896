"""python -m bench.peers; --help says what it can do."""

from .command import main

main()
