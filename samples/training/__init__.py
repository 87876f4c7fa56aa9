"""Scripts that made the committed weights. Neither ``make run`` nor ``make test`` runs them; only they need torch."""
