"""Engines behind protocols: printed text, comb characters, handwriting, barcodes."""
