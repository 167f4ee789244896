"""The core: what a stream of speech means, with no I/O, no clock and no model."""
