"""Errors of starting a server."""


class EmbeddedError(Exception):
    """A server cannot run here. The message is one sentence for the person at the terminal."""
