"""Where `collectstatic` puts what browsers fetch."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticFiles(CompressedManifestStaticFilesStorage):
    """Hashed names and compressed copies, all with the permissions of the storage whatever the umask was."""

    def compress_files(self, paths: Iterable[str]) -> Iterator[tuple[str, str]]:
        """Compress as WhiteNoise does, which leaves the copies' permissions to the umask."""
        for name, compressed_name in super().compress_files(paths):
            if self.file_permissions_mode is not None:
                Path(self.path(compressed_name)).chmod(self.file_permissions_mode)
            yield name, compressed_name
