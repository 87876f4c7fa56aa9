"""From scored readings and what a field may hold to a value and its probability."""
