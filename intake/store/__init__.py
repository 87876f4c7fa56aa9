"""What the service keeps: lots, their files, pages and results, sealed; who may see them; migrations."""
