"""HTTP and WebSockets: the edges that people and programs connect to.

`listener`, `admission` and `rate_limits` let connections in, `upgrade` and `websocket` serve
sockets, `site`, `state` and `api` serve requests that `access` and `gate` allow, `metrics` counts.
"""
