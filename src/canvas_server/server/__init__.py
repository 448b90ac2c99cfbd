"""The server: everything put together, over one backend or another."""
