"""NATS behind the ports: the backbone of several nodes, and their common log over JetStream."""
