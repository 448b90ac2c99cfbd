"""The audit log: events as lines of bounded rate and length, written by a thread.

`trail` is pure and decides what becomes a line; `writer` puts lines into files of bounded size.
"""
