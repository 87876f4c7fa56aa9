"""What a feuille de soins is read with: its strokes, its entries, its acts, its stamp."""
