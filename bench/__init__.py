"""Load figures: many live clients against the server, and against what peers do."""
