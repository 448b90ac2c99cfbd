"""What nobody should send, fed to everything that reads."""
