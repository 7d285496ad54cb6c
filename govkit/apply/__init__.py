"""Change it: one call after another, each announced before it is made and told after."""
