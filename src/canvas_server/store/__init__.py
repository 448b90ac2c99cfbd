"""Logs of this package: `memory`, and `sqlite` with the modules it is made of."""
