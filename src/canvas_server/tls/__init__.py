"""TLS: the certificate that is served, and one of our own for a local network."""
