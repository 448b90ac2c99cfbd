"""Several nodes as one server: each session lives on one of them, and the others carry to it."""
