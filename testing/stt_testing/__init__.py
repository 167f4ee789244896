"""What the tests, bench and examples share: recordings, servers that misbehave, clients."""
