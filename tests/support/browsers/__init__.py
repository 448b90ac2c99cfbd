"""Browser windows and what a person sees in them."""
