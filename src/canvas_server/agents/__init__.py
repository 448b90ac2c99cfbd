"""Agents at the table: a server of the Model Context Protocol, in the server and over stdio.

An agent is a peer as everybody: it has a `Seat`, which is a client of the protocol with what has
happened since. The tools are the same whichever way it comes (docs/adr/0050).
"""
