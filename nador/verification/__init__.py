"""Public: is this certificate what it says? It keeps nothing but receipts, for a day."""
