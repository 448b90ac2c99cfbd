"""The server: settings, backend, node, HTTP and subscribers put together.

`app` runs it, `wiring` makes the node and what subscribes to it, `backends` are where scenes and
tokens are kept, `checks` refuses settings that cannot be, `hangups` handles SIGHUP.
"""
