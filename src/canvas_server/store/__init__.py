"""The logs of this package: `memory` and `sqlite`."""
