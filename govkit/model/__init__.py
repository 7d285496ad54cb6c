"""The nouns: frozen values and the protocols between the rooms."""
