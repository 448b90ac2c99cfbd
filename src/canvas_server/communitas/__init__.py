"""Communitas: the bridge of this server to a node of that network.

`bridge` keeps joined and makes calls, `rpc` speaks with the node, `scenes` keeps scenes there too.
"""
