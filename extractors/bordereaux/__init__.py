"""Bordereaux of any software: rows, headings by their meaning, columns, values, and the arithmetic that proves them."""
