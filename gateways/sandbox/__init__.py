"""The banks' side, for the demo and the tests: a real HTTP server of its own process.

It speaks the protocols of `gateways.md` with its own keys, keeps its own books, shows its
own pages, and can be told to misbehave (`/control/faults`). Never part of production.
"""
