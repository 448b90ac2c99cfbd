"""What all tests share."""

import os

from hypothesis import settings

# A failing example is found by what it does, not by how long it takes on a busy machine.
settings.register_profile("default", deadline=None, print_blob=True)
settings.register_profile("thorough", deadline=None, print_blob=True, max_examples=2000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))
