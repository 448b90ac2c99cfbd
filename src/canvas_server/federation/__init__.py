"""The relay: this server and others, run by other people, share sessions as equals.

Inwards, from the network to the hub: `x0x` carries messages, `line` brings them to one other server
in order and exactly once, `relay` hands them to the `share` of their session, where each person of
the other server is a `guest` of our hub. `pairs` says whom we know, `agreements` what was agreed
with them, `wire` how it is written.
"""
