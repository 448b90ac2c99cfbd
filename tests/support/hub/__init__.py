"""The core and a node without sockets."""
