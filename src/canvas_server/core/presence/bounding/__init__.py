"""Bounds of agents: what holds each of them back, at which pace they go, and what they see."""
