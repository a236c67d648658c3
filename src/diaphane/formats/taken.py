"""What a writer or a bridge takes, said where something else came."""

from typing import Any

from diaphane.errors import InputError

_MENDS = {
    ("Slices", "Image"): "image.from_slices makes an Image of them",
    ("Image", "Surface"): "surface.isosurface makes a Surface of it",
    ("Labels", "Surface"): "surface.of_labels makes a Surface of them",
    ("Image", "Picture"): "render.plane makes a Picture of it",
}


def check_taken(value: Any, place: str, *types: type) -> None:
    """Refuse a value of another type than a writer or a bridge takes.

    Parameters
    ----------
    value : object
        What came.
    place : str
        The function's name: ``"to_simpleitk"``.
    *types : type
        What it takes.

    Raises
    ------
    InputError
        When the value is none of these; says how to make one of it.
    """
    if isinstance(value, types):
        return
    came, names = type(value).__name__, [kind.__name__ for kind in types]
    otherwise = "write_store holds every value" if place.startswith("write_") else ""
    mend = next((_MENDS[came, name] for name in names if (came, name) in _MENDS), otherwise)
    takes = " or ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
    raise InputError(f"{place} takes {takes}, got {came}{'; ' if mend else ''}{mend}")
