"""The package's own names: rooms, the door for files and the version, each on first use."""

import importlib.metadata

import pytest

import diaphane
from diaphane import formats


def test_the_version_is_that_of_the_installed_package() -> None:
    assert diaphane.__version__ == importlib.metadata.version("diaphane")


def test_what_is_imported_on_first_use_is_listed_before() -> None:
    assert {"__version__", "ct", "read", "space"} <= set(dir(diaphane))
    assert {"read", "read_dicom", "write_store", "to_simpleitk"} <= set(dir(formats))
    assert all(hasattr(formats, name) for name in dir(formats))


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(AttributeError, match="no attribute 'xray'"):
        _ = diaphane.xray
