"""The journey of a lot: read, group, match, control, decide. ``pipeline.py`` tells it in one page."""
