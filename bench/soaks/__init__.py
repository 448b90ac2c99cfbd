"""Parts of the soak run: long, repeated strain on real windows and sockets."""
