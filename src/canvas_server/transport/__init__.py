"""Messages in order over an unreliable carrier: numbered, acknowledged, sent again."""
