"""What a run found: as data, as tables, as a page."""
