"""Who may come in: keys, the tokens they sign, and what was given out."""
