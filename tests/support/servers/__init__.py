"""Real servers as processes: ours, and those beside it."""
