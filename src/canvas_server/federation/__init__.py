"""Federation: this server and others, run by other people, share sessions as equals.

From the network to the hub: `x0x` carries messages, `channel` brings them to one other server in
order and exactly once, `partner` hands them to the `shared_session` they are for, where each person
of the other server is a `guest` of our hub and `scenes` leads or follows. `pairing` has the servers
that are known, `ownership` who leads what, `messages` and `translation` the encoding.
"""
