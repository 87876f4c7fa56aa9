"""What a software invoice is read with: its labels by meaning, the owner of each, its signatures and boxes."""
