"""Peers without a browser. Needs `pip install canvas-server[bot]`; the server does not load it."""
