"""Who may come in: users with passwords, programs and stations with keys. No screens here."""
