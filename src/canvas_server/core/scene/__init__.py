"""The scene of a session: its elements and the edits of them.

`commands` from messages to a `transaction`, `document` the canvas between peers and log with the
`committed` scene and `replies`, `elements` one scene, `admission` and `rasters` what may come in,
`changes` and `turns` what edits cost, `news` and `replay` events and history, `attribution`.
"""
