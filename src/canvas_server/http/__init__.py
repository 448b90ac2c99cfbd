"""The edges people and programs connect to: WebSocket, pages, health, metrics."""
