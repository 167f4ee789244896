"""The server beside its peers: the same weights, recordings, cores and pace for each."""
