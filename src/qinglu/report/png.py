"""A picture of a few colours as PNG, small enough to stand in a page."""

from __future__ import annotations

import base64
import struct
import zlib
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Rgba = tuple[int, int, int, int]


def png(indices: npt.NDArray[np.uint8], palette: Sequence[Rgba]) -> bytes:
    """A PNG of palette colours.

    Parameters
    ----------
    indices : uint8 (rows, columns)
        Of `palette`; row 0 is on top.
    palette : sequence of (red, green, blue, alpha)
        At most 256, 0 to 255 each.

    Examples
    --------
    >>> png(np.zeros((2, 3), np.uint8), [(0, 0, 0, 0)])[:8]
    b'\\x89PNG\\r\\n\\x1a\\n'
    """
    rows, cols = indices.shape
    lines = np.zeros((rows, cols + 1), np.uint8)  # each line begins with its filter: none
    lines[:, 1:] = indices
    colours = np.array(palette, np.uint8).reshape(-1, 4)
    return b"".join(
        [
            b"\x89PNG\r\n\x1a\n",
            _chunk(b"IHDR", struct.pack(">IIBBBBB", cols, rows, 8, 3, 0, 0, 0)),
            _chunk(b"PLTE", colours[:, :3].tobytes()),
            _chunk(b"tRNS", colours[:, 3].tobytes()),
            _chunk(b"IDAT", zlib.compress(lines.tobytes(), 9)),
            _chunk(b"IEND", b""),
        ]
    )


def data_uri(picture: bytes) -> str:
    """The picture as an address that asks nobody."""
    return "data:image/png;base64," + base64.b64encode(picture).decode()


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
