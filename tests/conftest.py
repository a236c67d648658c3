"""What every test may use: real data where there is some, and beartype over the package."""

import os
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder of real data; tests that need it are skipped, and say so, without it."""
    folder = Path(os.environ.get("DIAPHANE_DATA", REPOSITORY.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"no real data in {folder}: set DIAPHANE_DATA to the folder that holds it")
    return folder
