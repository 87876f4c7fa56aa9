"""Synthetic lots with their truth: drawn from a seed, no real person in them."""
