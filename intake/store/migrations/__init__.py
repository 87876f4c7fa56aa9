"""How the tables came to be; run at start by ``intake.store.database``."""
