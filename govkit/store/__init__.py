"""What govkit remembers beside AWS: the lock, each run's journal, and the history they make."""
