"""``diaphane convert``: from one format to another."""

from dataclasses import dataclass
from pathlib import Path

from diaphane.cli.arguments import Flag, Texts, read_options
from diaphane.cli.display import notices_shown, progress_shown, show
from diaphane.errors import InputError


@dataclass(frozen=True)
class _Target:
    suffixes: tuple[str, ...]
    """How the names of such files end."""
    writer: str
    """The function of ``diaphane.formats`` that writes them."""
    types: tuple[str, ...]
    """The types they hold; none for all."""


_TARGETS = (
    _Target((".h5", ".dstore"), "write_store", ()),
    _Target((".nii", ".nii.gz"), "write_nifti", ("Image", "Labels", "Cine")),
    _Target((".stl",), "write_stl", ("Surface",)),
    _Target((".ply",), "write_ply", ("Surface",)),
    _Target((".glb", ".gltf"), "write_gltf", ("Surface",)),
    _Target((".png",), "write_png", ("Picture",)),
    _Target(("",), "write_dicom", ("Image",)),
)

_MENDS = {
    "Slices": "; image.from_slices makes an Image of Slices",
    "Surface": "; surface.isosurface makes a Surface of an Image",
    "Picture": "; render.plane makes a Picture of an Image",
}


def convert(source: Path, target: Path, /, *, read: Texts = (), overwrite: Flag = False) -> None:
    """Turn a file or folder into another format.

    Parameters
    ----------
    source
        A file, a folder or an archive that Diaphane reads.
    target
        The new file, .nii.gz, .stl, .ply, .glb, .png or .h5; without ending, a DICOM folder.
    read
        An option for reading the source, as option=value.
    overwrite
        Replace what stands there.
    """
    from diaphane import formats

    wanted = _target(target)
    with notices_shown(), progress_shown():
        value = formats.read(source, **read_options(read))
        kind = type(value).__name__
        if wanted.types and kind not in wanted.types:
            takes = " or ".join(wanted.types)
            mend = _MENDS.get("Slices" if kind == "Slices" else wanted.types[0], "")
            raise InputError(f"{target} can hold {takes}, but {source} is {kind}{mend}")
        getattr(formats, wanted.writer)(value, target, overwrite=overwrite)
    show(f"written to {target}")


def _target(path: Path) -> _Target:
    name = path.name.lower()
    for target in _TARGETS:
        if any(suffix and name.endswith(suffix) for suffix in target.suffixes):
            return target
    if not path.suffix or path.is_dir():
        return _TARGETS[-1]
    known = " ".join(suffix for target in _TARGETS for suffix in target.suffixes if suffix)
    raise InputError(
        f"{path}: unknown ending {path.suffix!r}; known are {known}, or none for a DICOM folder"
    )
