"""What is there: lets every kind look, side by side, and keeps what they saw in one file."""
