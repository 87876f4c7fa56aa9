"""How well lots with a known truth were read: ``liasse evaluate``."""
