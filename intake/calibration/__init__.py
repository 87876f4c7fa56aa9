"""What a confidence is worth: curves from raw confidence to the share that is right, fitted on lots with a truth."""
