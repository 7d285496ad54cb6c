"""AWS CloudTrail's trails: their rows, their rules, and how they show from each account and Region."""
