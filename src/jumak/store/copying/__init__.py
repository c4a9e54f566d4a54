"""A whole shop from one store into another, row by row, and the proof that both hold the same (decision 0034)."""
