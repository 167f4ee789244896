"""Wire protocols: one file each, pure functions between messages and a session."""
