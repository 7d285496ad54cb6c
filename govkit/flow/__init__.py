"""The stories of the commands, each readable from top to bottom; alone knows two stages at once."""
