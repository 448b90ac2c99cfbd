"""The node: the owner of a hub, its outboxes, its scenes, and the ports it needs."""
