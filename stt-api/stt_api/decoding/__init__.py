"""From requests to transcripts: what a session needs of a model, and the engine that gives it."""
