"""Bytes to typed values and back.

``read(path)`` gives whatever a file, a folder or an archive holds as a value of a named type;
``inspect(path)`` tells what is in it. Behind the one door each format has its ``read_*`` and
``write_*``. This is the only room that knows pydicom, h5py and nibabel; each is imported with
the first file that needs it.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from diaphane.formats.contents import Contents, Item
from diaphane.formats.door import inspect, read

if TYPE_CHECKING:
    from diaphane.formats.dicom_reader import inspect_dicom as inspect_dicom
    from diaphane.formats.dicom_reader import read_dicom as read_dicom
    from diaphane.formats.dicom_writer import write_dicom as write_dicom
    from diaphane.formats.store import inspect_store as inspect_store
    from diaphane.formats.store import read_store as read_store
    from diaphane.formats.store import write_store as write_store

_HOMES = {
    "inspect_dicom": "dicom_reader",
    "inspect_store": "store",
    "read_dicom": "dicom_reader",
    "read_store": "store",
    "write_dicom": "dicom_writer",
    "write_store": "store",
}

__all__ = ["Contents", "Item", "inspect", "read", *_HOMES]  # pyright: ignore


def __getattr__(name: str) -> Any:
    """Import a format's module on first use."""
    if name in _HOMES:
        return getattr(import_module(f"diaphane.formats.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'diaphane.formats' has no attribute {name!r}")
