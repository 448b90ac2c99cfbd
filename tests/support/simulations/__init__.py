"""Many parts in one process, over networks that lose, delay and cut, on a clock of their own."""
