"""What tests share: parts of the real thing to test with, and a few doubles."""
