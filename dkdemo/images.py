"""Pictures from outside: what may come in, turned upright, as plain RGB arrays. No torch, no files written.

A picture is a small program for a decoder, so it is measured before it is decoded: by bytes, by type, and by
the width and height that its header promises.
"""

from __future__ import annotations

import io
import threading
import warnings
from typing import Literal

import numpy as np
from PIL import Image

TYPES = ("PNG", "JPEG", "WEBP")
MAX_BYTES = 20_000_000
MAX_PIXELS = 50_000_000  # a telephone's best, as a JPEG: those are decoded at a fraction of their size
MAX_WHOLE = 12_000_000  # pixels of a PNG or WebP, which must be decoded whole: up to 4 bytes each
LONGEST = 1024  # pixels of the longer side that are kept: more than any chart shows
warnings.filterwarnings("ignore", category=Image.DecompressionBombWarning)  # we measure, and more strictly
BOMB = Image.DecompressionBombError
ORIENTATION = 0x0112  # the tag of EXIF that says how the camera was held
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


ONE_AT_A_TIME = threading.Lock()  # a room that uploads at once must not fill the memory at once


class UploadError(ValueError):
    """A picture refused, with its reason as a word that pages translate."""

    def __init__(self, reason: Literal["empty", "bytes", "type", "pixels", "broken"], sentence: str) -> None:
        super().__init__(sentence)
        self.reason = reason


def read_upload(data: bytes, longest: int = LONGEST) -> np.ndarray:
    """Decode a PNG, JPEG or WebP picture; turn it upright (EXIF), lay it on white, shrink it to ``longest``.

    An animation gives its first frame.

    Returns: uint8 (H, W, 3).

    Raises:
        UploadError: (a ValueError) no such picture, too many bytes or pixels, or cut short; one sentence.
    """
    if not data:
        raise UploadError("empty", "the file is empty; send a PNG, JPEG or WebP picture")
    if len(data) > MAX_BYTES:
        raise UploadError("bytes", f"a picture may have {MAX_BYTES / 1e6:.0f} MB, got {len(data) / 1e6:.1f} MB")
    picture = _opened(data)
    width, height = picture.size
    most = MAX_PIXELS if picture.format == "JPEG" else MAX_WHOLE
    if width * height > most:
        wanted = f"a {picture.format} picture may have {most / 1e6:.0f} megapixels"
        raise UploadError("pixels", f"{wanted}, got {width} x {height} = {width * height / 1e6:.1f}")
    try:
        with ONE_AT_A_TIME:
            return _upright(picture, longest)
    except MemoryError:
        raise
    except Exception as error:  # a decoder of foreign bytes may raise anything
        raise UploadError("broken", "the picture is cut short or damaged; save it anew and try again") from error


def to_square(image: np.ndarray, side: int) -> np.ndarray:
    """The middle square of a picture (H, W, 3), resized to (side, side, 3), each pixel a mean of what it covers."""
    if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8 or min(image.shape) < 1 or side < 1:
        raise ValueError(f"need a uint8 picture (H, W, 3) and side >= 1, got {image.dtype} {image.shape} and {side}")
    height, width = image.shape[:2]
    length = min(height, width)
    top, left = (height - length) // 2, (width - length) // 2
    square = image[top : top + length, left : left + length]
    if length == side:
        return square.copy()
    # a box filter shrinks without ringing; when enlarging it would be blocky, so there we interpolate
    method = Image.Resampling.BOX if length > side else Image.Resampling.BILINEAR
    return np.array(Image.fromarray(square).resize((side, side), method))


def _opened(data: bytes) -> Image.Image:
    """The picture with only its header read."""
    try:
        return Image.open(io.BytesIO(data), formats=TYPES)
    except BOMB as error:
        raise UploadError("pixels", f"a picture may have {MAX_PIXELS / 1e6:.0f} megapixels; {error}") from error
    except MemoryError:
        raise
    except Exception as error:
        raise UploadError("type", "this is no PNG, JPEG or WebP picture") from error


def _upright(picture: Image.Image, longest: int) -> np.ndarray:
    turn = _turn(picture)
    picture.draft("RGB", (longest, longest))  # a JPEG is decoded at half, quarter or eighth size when that is enough
    picture.load()
    if picture.mode.startswith("I"):  # 16 bits of grey: keep the upper eight, where Pillow would cut off at 255
        picture = Image.fromarray((np.asarray(picture) >> 8).clip(0, 255).astype(np.uint8))
    if picture.has_transparency_data:
        picture = picture.convert("RGBA")
    elif picture.mode not in ("RGB", "L"):
        picture = picture.convert("RGB")
    picture.thumbnail((longest, longest), Image.Resampling.BOX)  # small before anything copies it
    if turn is not None:
        picture = picture.transpose(turn)
    if picture.has_transparency_data:
        picture = Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture.convert("RGBA"))
    return np.array(picture.convert("RGB"))


def _turn(picture: Image.Image) -> Image.Transpose | None:
    """How to turn the picture upright. Nothing else of its metadata is looked at; damaged, they say nothing."""
    try:
        return TURNS.get(picture.getexif().get(ORIENTATION, 1))
    except MemoryError:
        raise
    except Exception:
        return None
