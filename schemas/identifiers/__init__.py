"""Identifiers: one number, one file; ``parse_`` returns it or raises, ``is_`` asks. Nothing is ever repaired."""
