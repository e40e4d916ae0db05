"""A program: reads a HEIC photo, writes its size and pixels. `heic.opened` starts it, and nothing imports it.

    python -I heic_decoder.py MOST_PIXELS LONGEST MOST_SECONDS MOST_MEMORY UNREADABLE

Before it reads, it gives up what a broken codec could misuse: it opens no file and no connection any more, and writes
no more than one picture. It ends with `UNREADABLE` where the picture cannot be read.
"""

from __future__ import annotations

import io
import resource
import struct
import sys

import pillow_heif
from PIL import Image

#: Not by its name: Pillow would load its list of names, and no file is opened any more.
_WHITE = (255, 255, 255, 255)


def decode(content: bytes, most_pixels: int, longest: int) -> Image.Image:
    """Return the primary picture, upright, on white, of at most so many pixels a side. Raises what its codec does."""
    pillow_heif.options.DECODE_THREADS = 1
    file = pillow_heif.open_heif(io.BytesIO(content))
    photo = file[file.primary_index]
    width, height = photo.size
    # A file whose primary picture is broken offers others in its place: a corner of the paper.
    if not photo.info["primary"] or width * height > most_pixels:
        raise ValueError(photo)
    picture: Image.Image = photo.to_pillow()
    picture.thumbnail((longest, longest))
    if picture.has_transparency_data:  # black writing on nothing must not become black on black
        paper = Image.new("RGBA", picture.size, _WHITE)
        paper.alpha_composite(picture.convert("RGBA"))
        picture = paper
    return picture.convert("RGB")


def _give_up(most_seconds: int, most_memory: int, most_written: int) -> None:
    """Set limits that this process cannot lift again."""
    resource.setrlimit(resource.RLIMIT_CPU, (most_seconds, most_seconds + 1))  # SIGXCPU, then SIGKILL
    for limit, most in (
        (resource.RLIMIT_AS, most_memory),
        (resource.RLIMIT_FSIZE, most_written),
        (resource.RLIMIT_NOFILE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit, (most, most))


def main() -> None:
    """Decode standard input."""
    most_pixels, longest, most_seconds, most_memory, unreadable = map(int, sys.argv[1:])
    _give_up(most_seconds, most_memory, 8 + longest * longest * 3)
    try:
        picture = decode(sys.stdin.buffer.read(), most_pixels, longest)
    except Exception:  # whatever the binding to a codec raises for what is no picture
        sys.exit(unreadable)
    sys.stdout.buffer.write(struct.pack("!II", *picture.size) + picture.tobytes())


if __name__ == "__main__":
    main()
