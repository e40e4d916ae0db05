"""What can go wrong before a server runs."""


class EmbeddedError(Exception):
    """A server cannot run here. The message is one sentence for the person at the terminal."""
