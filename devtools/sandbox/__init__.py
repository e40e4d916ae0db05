"""Sandbox of the banks for demo and tests: an HTTP server in a process of its own.

It speaks the protocols of docs/reference with its own keys, keeps its own books, shows its
own pages, and misbehaves when told to (`/control/faults`). Never part of production.
"""
