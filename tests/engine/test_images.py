"""Uploads: upright RGB out of every kind of picture, one sentence for everything else."""

import contextlib
import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from dkdemo import images
from dkdemo.images import UploadError, read_upload, to_square


def encoded(array, kind="PNG", **options):
    out = io.BytesIO()
    picture = array if isinstance(array, Image.Image) else Image.fromarray(array)
    picture.save(out, kind, **options)
    return out.getvalue()


def noise(height, width, *channels):
    return np.random.default_rng(0).integers(256, size=(height, width, *channels)).astype(np.uint8)


def bomb(width, height):
    """A PNG that promises any size in 60 bytes: header and no pixels."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


def test_lossless_pictures_come_through_exactly():
    picture = noise(20, 30, 3)
    assert np.array_equal(read_upload(encoded(picture)), picture)
    assert np.array_equal(read_upload(encoded(picture, "WEBP", lossless=True)), picture)


def test_jpeg_comes_through_about_right():
    smooth = np.broadcast_to(np.arange(0, 240, 4, dtype=np.uint8)[:, None, None], (60, 40, 3)).copy()
    assert abs(read_upload(encoded(smooth, "JPEG", quality=95)).astype(int) - smooth).max() < 8


def test_grey_palette_transparent_and_deep_pictures_become_rgb():
    grey = noise(8, 9)
    assert np.array_equal(read_upload(encoded(grey)), np.repeat(grey[..., None], 3, -1))
    deep = Image.fromarray(grey.astype(np.uint16) << 8)
    assert np.array_equal(read_upload(encoded(deep)), np.repeat(grey[..., None], 3, -1))
    palette = Image.fromarray(noise(8, 9, 3)).quantize(4)
    assert np.array_equal(read_upload(encoded(palette)), np.asarray(palette.convert("RGB")))
    clear = np.zeros((4, 4, 4), np.uint8)
    clear[0, 0] = (10, 20, 30, 255)
    out = read_upload(encoded(clear))
    assert out[0, 0].tolist() == [10, 20, 30]
    assert out[1, 1].tolist() == [255, 255, 255]  # transparent is laid on white
    cmyk = Image.fromarray(noise(8, 8, 3)).convert("CMYK")
    assert read_upload(encoded(cmyk, "JPEG")).shape == (8, 8, 3)


def test_telephones_pictures_are_turned_upright():
    picture = noise(4, 6, 3)
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned: show it rotated by 90 degrees clockwise
    assert np.array_equal(read_upload(encoded(picture, exif=exif)), np.rot90(picture, -1))


def test_large_pictures_are_shrunk_small_ones_kept():
    assert read_upload(encoded(noise(300, 600, 3)), longest=100).shape == (50, 100, 3)
    assert read_upload(encoded(noise(300, 600, 3), "JPEG"), longest=100).shape == (50, 100, 3)
    assert read_upload(encoded(noise(30, 60, 3)), longest=100).shape == (30, 60, 3)


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize(
    ("width", "height"), [(10_000, 10_001), (100_000, 1000), (2**31 - 1, 2**31 - 1), (50_000, 1001)]
)
def test_a_bomb_is_refused_before_it_is_decoded(monkeypatch, width, height):
    monkeypatch.setattr(Image.Image, "load", lambda self: pytest.fail("decoded"))
    with pytest.raises(UploadError, match="megapixels") as caught:
        read_upload(bomb(width, height))
    assert caught.value.reason == "pixels"


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_real_hundred_megapixel_picture_is_refused(kind):
    picture = Image.new("L", (10_000, 10_000))
    with pytest.raises(UploadError, match="megapixels"):
        read_upload(encoded(picture, kind))


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_a_picture_that_must_be_decoded_whole_may_have_fewer_pixels(kind):
    large = encoded(Image.new("RGBA", (4000, 3001)), kind)
    with pytest.raises(UploadError, match="may have 12 megapixels") as caught:
        read_upload(large)
    assert caught.value.reason == "pixels"
    assert read_upload(encoded(Image.new("L", (4000, 3001)), "JPEG"), longest=100).shape == (75, 100, 3)


def test_what_shows_through_lies_on_white_after_shrinking_too():
    clear = Image.new("RGBA", (400, 200), (255, 0, 0, 0))
    assert (read_upload(encoded(clear), longest=40) == 255).all()


def test_too_many_bytes_are_refused():
    with pytest.raises(UploadError, match="20 MB") as caught:
        read_upload(bytes(images.MAX_BYTES + 1))
    assert caught.value.reason == "bytes"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b"hello, I am no picture", "type"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "type"),
        (b"%PDF-1.7", "type"),
        (b"\x89PNG\r\n\x1a\n", "type"),
        (b"\xff\xd8\xff", "type"),
        (bomb(0, 5), "type"),
    ],
)
def test_what_is_no_picture_is_refused(data, reason):
    with pytest.raises(UploadError) as caught:
        read_upload(data)
    assert caught.value.reason in (reason, "broken")


@pytest.mark.parametrize("kind", ["GIF", "BMP", "TIFF", "PPM"])
def test_other_formats_are_refused(kind):
    with pytest.raises(UploadError, match="no PNG, JPEG or WebP") as caught:
        read_upload(encoded(noise(8, 8, 3), kind))
    assert caught.value.reason == "type"


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_every_truncation_and_many_scratches_give_a_picture_or_a_sentence(kind):
    data = encoded(noise(40, 40, 3), kind)
    rng = np.random.default_rng(1)
    damaged = [data[:cut] for cut in range(0, len(data) - 20, max(len(data) // 60, 1))]
    for _ in range(100):
        scratched = bytearray(data)
        for spot in rng.integers(len(data), size=5):
            scratched[spot] = rng.integers(256)
        damaged.append(bytes(scratched))
    refused = 0
    for one in damaged:
        try:
            assert read_upload(one).shape[2] == 3
        except UploadError as error:
            refused += len(str(error)) < 200
    assert refused > 30


@pytest.mark.filterwarnings(
    "ignore:Corrupt EXIF data:UserWarning", "ignore:Tag data larger:UserWarning", "ignore:Truncated File:UserWarning"
)
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_damaged_metadata_cost_nothing_but_a_sentence_at_most(kind):
    metadata = Image.Exif()
    metadata[0x0112], metadata[0x010E], metadata[0x011A] = 6, "how it was", 72.5
    buffer = io.BytesIO()
    Image.fromarray(noise(40, 60, 3)).save(buffer, kind, exif=metadata)
    data = buffer.getvalue()
    assert read_upload(data).shape == (60, 40, 3), "turned upright"
    place, rng = data.index(metadata.tobytes()[6:14]), np.random.default_rng(2)
    for spot in range(place, min(place + 120, len(data))):
        for value in rng.integers(256, size=5):
            damaged = bytearray(data)
            damaged[spot] = value
            with contextlib.suppress(UploadError):
                assert read_upload(bytes(damaged)).shape in ((60, 40, 3), (40, 60, 3))


def test_to_square_takes_the_middle():
    picture = np.zeros((10, 30, 3), np.uint8)
    picture[:, 10:20] = 200
    assert np.array_equal(to_square(picture, 10), np.full((10, 10, 3), 200, np.uint8))
    assert np.array_equal(to_square(picture.transpose(1, 0, 2), 5), np.full((5, 5, 3), 200, np.uint8))
    assert to_square(noise(3, 4, 3), 8).shape == (8, 8, 3)


def test_to_square_averages_what_a_pixel_covers():
    picture = noise(64, 64, 3)
    wanted = picture.reshape(32, 2, 32, 2, 3).mean((1, 3))
    assert abs(to_square(picture, 32) - wanted).max() <= 1  # Pillow rounds after each of the two passes


@pytest.mark.parametrize("bad", [np.zeros((4, 4)), np.zeros((4, 4, 3)), np.zeros((0, 4, 3), np.uint8)])
def test_to_square_refuses_what_is_no_picture(bad):
    with pytest.raises(ValueError, match="need a uint8 picture"):
        to_square(bad, 8)
    with pytest.raises(ValueError, match="side >= 1"):
        to_square(noise(4, 4, 3), 0)
