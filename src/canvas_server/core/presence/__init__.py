"""Presence: who is here, and what they do with the rules of `scene` and `calls`.

`membership` connections and peers, `session` one session, `identity`, `grants` and `renewals` who
may be whom and do what, `calls` messages about calls, `guests` and `replicas` sessions shared with
other servers, `environment` what comes from outside.
"""
