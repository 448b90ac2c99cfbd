"""Who is here: connections, peers, sessions, grants, guests, replicas."""
