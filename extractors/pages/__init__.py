"""Any page before its kind is known: its ink, its frame, its lean, which way up, blank or not."""
