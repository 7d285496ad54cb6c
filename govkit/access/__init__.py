"""What policies do: evaluate a request, compare two chains, explain and pack; pure."""
