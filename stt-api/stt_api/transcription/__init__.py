"""From audio to events, without a socket."""
