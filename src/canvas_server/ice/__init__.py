"""STUN and TURN: the servers that peers are given, and the probe that tries them."""
