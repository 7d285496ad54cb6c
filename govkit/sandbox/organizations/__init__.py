"""AWS Organizations as AWS enforces it: one module per family of operations."""
