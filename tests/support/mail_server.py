"""A mail server on a free port of this machine that answers RCPT and DATA as the test says."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class MailServer:
    """Where it listens, what it answers ("550 no such mailbox"; "" for yes), and the letters it took."""

    port: int
    to_recipient: str = ""
    to_letter: str = ""
    letters: list[str] = field(default_factory=list)


@contextmanager
def mail_server() -> Iterator[MailServer]:
    """Serve SMTP, one letter a connection."""

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self._say("220 mail.test")
            while line := self.rfile.readline().decode().strip():
                verb = line[:4].upper()
                if verb == "RCPT":
                    self._say(server.to_recipient or "250 ok")
                elif verb == "DATA":
                    self._say("354 go on")
                    letter = "".join(iter(lambda: self.rfile.readline().decode(), ".\r\n"))
                    server.letters += [] if server.to_letter else [letter]
                    self._say(server.to_letter or "250 ok")
                elif verb == "QUIT":
                    return self._say("221 bye")
                else:
                    self._say("250 ok")
            return None

        def _say(self, line: str) -> None:
            self.wfile.write(f"{line}\r\n".encode())

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as listening:
        server = MailServer(listening.server_address[1])
        threading.Thread(target=listening.serve_forever, daemon=True).start()
        yield server
        listening.shutdown()
