"""Calls: rules that know peers by their ids, and neither sessions nor the scene.

`table` who calls whom, `sdp` checks of descriptions and candidates, `connectivity` and `quality`
tables of rules that `diagnostics` applies, `network` the call in the Communitas network.
"""
