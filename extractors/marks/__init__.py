"""Marks: ticks, signatures, erasures."""
