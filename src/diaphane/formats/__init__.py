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
    from diaphane.formats.array_bridge import from_dlpack as from_dlpack
    from diaphane.formats.array_bridge import to_numpy as to_numpy
    from diaphane.formats.data_exchange import inspect_data_exchange as inspect_data_exchange
    from diaphane.formats.data_exchange import read_data_exchange as read_data_exchange
    from diaphane.formats.dicom_reader import inspect_dicom as inspect_dicom
    from diaphane.formats.dicom_reader import read_dicom as read_dicom
    from diaphane.formats.dicom_writer import write_dicom as write_dicom
    from diaphane.formats.htc2022 import inspect_htc2022 as inspect_htc2022
    from diaphane.formats.htc2022 import read_htc2022 as read_htc2022
    from diaphane.formats.itk_bridge import from_simpleitk as from_simpleitk
    from diaphane.formats.itk_bridge import to_simpleitk as to_simpleitk
    from diaphane.formats.mesh_readers import inspect_ply as inspect_ply
    from diaphane.formats.mesh_readers import inspect_stl as inspect_stl
    from diaphane.formats.mesh_readers import read_ply as read_ply
    from diaphane.formats.mesh_readers import read_stl as read_stl
    from diaphane.formats.mesh_writers import write_gltf as write_gltf
    from diaphane.formats.mesh_writers import write_ply as write_ply
    from diaphane.formats.mesh_writers import write_stl as write_stl
    from diaphane.formats.metaimage import inspect_metaimage as inspect_metaimage
    from diaphane.formats.metaimage import read_metaimage as read_metaimage
    from diaphane.formats.nifti import inspect_nifti as inspect_nifti
    from diaphane.formats.nifti import read_nifti as read_nifti
    from diaphane.formats.nifti_writer import write_nifti as write_nifti
    from diaphane.formats.nrrd import inspect_nrrd as inspect_nrrd
    from diaphane.formats.nrrd import read_nrrd as read_nrrd
    from diaphane.formats.pictures import inspect_picture as inspect_picture
    from diaphane.formats.pictures import read_picture as read_picture
    from diaphane.formats.pictures import write_png as write_png
    from diaphane.formats.store import inspect_store as inspect_store
    from diaphane.formats.store import read_store as read_store
    from diaphane.formats.store import write_store as write_store
    from diaphane.formats.tiff_folder import inspect_tiff_folder as inspect_tiff_folder
    from diaphane.formats.tiff_folder import read_tiff_folder as read_tiff_folder
    from diaphane.formats.xarray_bridge import from_xarray as from_xarray
    from diaphane.formats.xarray_bridge import to_xarray as to_xarray

_HOMES = {
    "from_dlpack": "array_bridge",
    "from_simpleitk": "itk_bridge",
    "from_xarray": "xarray_bridge",
    "inspect_data_exchange": "data_exchange",
    "inspect_dicom": "dicom_reader",
    "inspect_htc2022": "htc2022",
    "inspect_metaimage": "metaimage",
    "inspect_nifti": "nifti",
    "inspect_nrrd": "nrrd",
    "inspect_picture": "pictures",
    "inspect_ply": "mesh_readers",
    "inspect_stl": "mesh_readers",
    "inspect_store": "store",
    "inspect_tiff_folder": "tiff_folder",
    "read_data_exchange": "data_exchange",
    "read_dicom": "dicom_reader",
    "read_htc2022": "htc2022",
    "read_metaimage": "metaimage",
    "read_nifti": "nifti",
    "read_nrrd": "nrrd",
    "read_picture": "pictures",
    "read_ply": "mesh_readers",
    "read_stl": "mesh_readers",
    "read_store": "store",
    "read_tiff_folder": "tiff_folder",
    "to_numpy": "array_bridge",
    "to_simpleitk": "itk_bridge",
    "to_xarray": "xarray_bridge",
    "write_dicom": "dicom_writer",
    "write_gltf": "mesh_writers",
    "write_nifti": "nifti_writer",
    "write_ply": "mesh_writers",
    "write_png": "pictures",
    "write_stl": "mesh_writers",
    "write_store": "store",
}

__all__ = ["Contents", "Item", "inspect", "read", *_HOMES]  # pyright: ignore


def __getattr__(name: str) -> Any:
    """Import a format's module on first use."""
    if name in _HOMES:
        return getattr(import_module(f"diaphane.formats.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'diaphane.formats' has no attribute {name!r}")


def __dir__() -> list[str]:
    """Return what there is, imported already or not."""
    return sorted({*globals(), *__all__})
