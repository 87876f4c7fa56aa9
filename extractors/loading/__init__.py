"""Opening files nobody vouches for: every decoder runs in a child process with limits; ``extractors.load`` is the door."""
