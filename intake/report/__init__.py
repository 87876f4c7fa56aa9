"""The report a person looks at: every page with boxes, values, confidences and flags drawn on it."""
