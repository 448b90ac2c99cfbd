"""The node: the owner of a hub, its sockets, its scenes, and the ports it needs.

`node` performs effects, `handling` charges messages, `sending`, `frames`, `flushing` and `outbox`
write, `budget`, `backpressure`, `flows`, `turns` and `fairshare` bound, `roundrobin` queues,
`scenes` is the scene service, `events` has the subscribers, `ports` and `sockets` are interfaces,
`counts` and `readiness` are for who runs it.
"""
