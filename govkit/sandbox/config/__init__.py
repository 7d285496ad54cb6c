"""What AWS Config keeps for a whole organization."""
