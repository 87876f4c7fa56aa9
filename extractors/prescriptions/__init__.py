"""What an ordonnance is read with: free ink, rows of any hand, prescribers, dates, signatures."""
