"""Pictures for eyes: PNG out; PNG, JPEG, BMP and TIFF in."""

import warnings
from pathlib import Path

import numpy as np
from PIL import Image as Pillow
from PIL import ImageOps
from PIL.PngImagePlugin import PngInfo

from diaphane.arrays import AnyArray
from diaphane.errors import FormatError, OptionError
from diaphane.formats.atomic import atomic_file
from diaphane.formats.contents import Contents, Item
from diaphane.formats.reading import checked_options, inspect_source, quantity_named, read_source
from diaphane.formats.taken import check_taken
from diaphane.image import Image, Labels, Picture
from diaphane.notices import notice
from diaphane.space import Grid
from diaphane.units import Quantity

_MM_PER_INCH = 25.4
_COLORS = {"RGB": 3, "RGBA": 4}
_AS_COLOR = ("P", "PA", "CMYK", "YCbCr", "HSV", "LAB", "LA")


def write_png(picture: Picture, path: str | Path, *, overwrite: bool = False) -> None:
    """Write a picture as PNG, with the size of its pixels where it has one.

    Parameters
    ----------
    picture : Picture
        What to write.
    path : path
        By custom ``.png``.
    overwrite : bool
        Whether a file that stands there may be replaced.

    Raises
    ------
    InputError
        When it is no picture.
    OutputError
        When the file cannot be written.
    """
    check_taken(picture, "write_png", Picture)
    text = PngInfo()
    text.add_text("Software", "Diaphane")
    options = {}
    if picture.pixel_mm:
        options["dpi"] = (_MM_PER_INCH / picture.pixel_mm,) * 2
    with atomic_file(path, overwrite=overwrite) as part:
        Pillow.fromarray(np.asarray(picture.pixels)).save(
            part, format="PNG", pnginfo=text, optimize=False, **options
        )


@checked_options
def read_picture(
    path: str | Path,
    *,
    pixel_mm: float | None = None,
    as_labels: bool = False,
    quantity: str | None = None,
) -> Image | Labels:
    """Read a photograph or a drawn mask as an image of one slice.

    Parameters
    ----------
    path : path
        PNG, JPEG, BMP, or a TIFF of one page.
    pixel_mm : number, optional
        Width and height of a pixel; the middle of the picture is then the origin. Without it
        the grid counts in pixels.
    as_labels : bool
        Whether gray values are labels.
    quantity : str, optional
        What gray values measure.

    Returns
    -------
    Image or Labels
        Shape (1, rows, columns), and three or four channels of a color.

    Raises
    ------
    FormatError
        When it is not a whole picture.
    """
    path = Path(path)
    if pixel_mm is not None and not (np.isfinite(pixel_mm) and pixel_mm > 0):
        raise OptionError(f"pixel_mm must be > 0, got {pixel_mm}")

    def read() -> Image | Labels:
        pixels = _pixels(path)
        n_rows, n_columns = pixels.shape[:2]
        grid = Grid.of_pixels(n_rows, n_columns)
        if pixel_mm is not None:
            grid = Grid.centered((1, n_rows, n_columns), pixel_mm)
        if as_labels:
            if pixels.ndim != 2 or pixels.dtype.kind not in "biu":
                raise FormatError(
                    f"labels are whole gray numbers, but it is {pixels.dtype} in color"
                )
            return Labels(
                pixels[None].astype(np.uint8 if pixels.dtype == bool else pixels.dtype), grid
            )
        if pixels.ndim == 3:
            channels = ("red", "green", "blue", "opacity")[: pixels.shape[2]]
            return Image(pixels[None], grid, Quantity.COLOR, channels)
        measured = quantity_named(quantity, Quantity.UNKNOWN)
        if measured is Quantity.UNKNOWN:
            notice("formats.quantity_unknown")
        return Image(pixels[None], grid, measured)

    return read_source(path, "picture", read)


def inspect_picture(path: str | Path) -> Contents:
    """Return what a picture holds, without reading its pixels."""
    path = Path(path)

    def look() -> Contents:
        with Pillow.open(path) as picture:
            n_columns, n_rows = picture.size
            item = Item(
                name="",
                kind="Image",
                shape=(1, n_rows, n_columns),
                quantity="color" if picture.mode in (*_COLORS, *_AS_COLOR) else "unknown",
                facts={"encoding": picture.format or "", "pixels": picture.mode},
            )
        return Contents(source=path.name, format="picture", items=(item,))

    return inspect_source(path, "picture", look)


def _pixels(path: Path) -> AnyArray:
    """Return gray (rows, columns) or color (rows, columns, 3 or 4) as the picture is held."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about tags; pixels that are not there are an error
        with Pillow.open(path) as opened:
            n_pages = getattr(opened, "n_frames", 1)
            if n_pages > 1:
                raise FormatError(f"holds {n_pages} pictures, expected one")
            picture = ImageOps.exif_transpose(opened)
            if picture.mode in _AS_COLOR:
                picture = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
            pixels = np.asarray(picture)
    return pixels.astype(pixels.dtype.newbyteorder("="), copy=False)
