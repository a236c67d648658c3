"""What every test may use: real data where there is some, and beartype over the package."""

import os
from pathlib import Path

import pytest
from beartype import BeartypeConf, FrozenDict
from beartype.claw import beartype_package
from numpy.typing import ArrayLike

REPOSITORY = Path(__file__).parents[1]
PACKAGE = REPOSITORY / "src" / "diaphane"


def _has_kernels(module: Path) -> bool:
    """Whether Numba compiles functions of a module, which a type check inside would break."""
    text = module.read_text(encoding="utf-8")
    return any(
        word in text for word in ("import njit", "import numba", "from numba", "simd import")
    )


_kernels = [
    ".".join(path.with_suffix("").relative_to(PACKAGE.parent).parts)
    for path in PACKAGE.rglob("*.py")
    if _has_kernels(path) and path.name != "__init__.py"
]
beartype_package(
    "diaphane",
    conf=BeartypeConf(
        is_pep484_tower=True,
        claw_skip_package_names=("diaphane.simd", *_kernels),
        # At run time NumPy's protocol of nested sequences leaves out tuples.
        hint_overrides=FrozenDict({ArrayLike: object}),
    ),
)


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder of real data; tests that need it are skipped, and say so, without it."""
    folder = Path(os.environ.get("DIAPHANE_DATA", REPOSITORY.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"no real data in {folder}: set DIAPHANE_DATA to the folder that holds it")
    return folder
