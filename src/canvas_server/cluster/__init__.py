"""Cluster: several nodes as one server. Each session is owned by one, the others forward to it.

`membership` a node among others, `ownership` leases of sessions, `liveness` the failure detector,
`forwarding` and `remote_node` sockets, `requests` and `messages` between nodes, `local` for tests.
"""
