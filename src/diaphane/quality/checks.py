"""What two values must have in common to be compared voxel by voxel."""

from diaphane.errors import GeometryError, QuantityError
from diaphane.image import Image, Labels


def same_grid(first: Image | Labels, second: Image | Labels, step: str) -> None:
    """Raise ``GeometryError`` unless both lie on one grid, to a thousandth of a millimeter."""
    if first.grid.is_close(second.grid):
        return
    a, b = first.grid, second.grid
    if a.shape != b.shape:
        differ = f"shapes {a.shape} and {b.shape}"
    elif a.unit != b.unit:
        differ = f"units {a.unit} and {b.unit}"
    else:
        differ = "the same shape but another place or direction"
    raise GeometryError(
        f"{step} compares voxel by voxel, but the grids have {differ}: bring one onto the other's "
        f"grid first (image.resample_onto, image.resample_labels_onto)"
    )


def same_quantity(first: Image, second: Image, step: str) -> None:
    """Raise ``QuantityError`` unless both images measure the same."""
    if first.quantity is not second.quantity or first.channels != second.channels:
        raise QuantityError(
            f"{step} compares images of one quantity, got {first.quantity.label} "
            f"{first.channels or ''} and {second.quantity.label} {second.channels or ''}".rstrip()
        )
