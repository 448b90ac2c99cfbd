"""Terms of the room: emoji that may be shown, and media that may be muted."""

from typing import Literal

Emoji = Literal["👍", "👎", "👏", "❤️", "🎉", "😂", "😮", "😢", "🤔", "🙏", "🔥", "👀"]
"""Reactions. A fixed list: each is one picture everywhere, of few bytes, and says nothing else."""
MediaKind = Literal["audio", "video", "screen"]
"""What a moderator can have a peer stop."""
