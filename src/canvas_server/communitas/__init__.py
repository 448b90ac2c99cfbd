"""What joins this server to the Communitas network."""
