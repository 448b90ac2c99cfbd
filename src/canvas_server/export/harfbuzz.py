"""HarfBuzz (`uharfbuzz`), which comes without types."""

from typing import Any, cast

import uharfbuzz  # type: ignore[import-untyped]

hb = cast("Any", uharfbuzz)
