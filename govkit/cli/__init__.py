"""Asks and answers at the terminal: one command per file; alone prints and exits."""
