"""What every test may use: real data where there is some, and beartype over the package."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from beartype import BeartypeConf, BeartypeDecorPlace, FrozenDict
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
        # Under @step, which makes an object of a function.
        claw_decor_place_func=BeartypeDecorPlace.FIRST,
        # The command line names types that it imports only when a command runs.
        claw_skip_package_names=("diaphane.cli", "diaphane.simd", *_kernels),
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


CODE_PATHS: dict[str, dict[str, str]] = {
    "avx512": {},
    "generic": {"DIAPHANE_SIMD": "generic"},
    "avx2": {"NUMBA_CPU_NAME": "haswell", "NUMBA_CPU_FEATURES": "+avx,+avx2,+fma,+bmi,+bmi2"},
    "sse": {"NUMBA_CPU_NAME": "nehalem", "NUMBA_CPU_FEATURES": "+sse4.2"},
    "numpy": {"NUMBA_DISABLE_JIT": "1"},
}
"""Settings by which one x86 machine takes the code path of another."""


@pytest.fixture(params=CODE_PATHS)
def retest(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[..., None]:
    """Run tests again in a process of their own, once on every other path of the kernels."""
    from diaphane.simd.host import ISA, host_isa

    path: str = request.param
    if path == ISA:
        pytest.skip(f"this process takes the code path {path} itself")
    order = ["sse", "avx2", "avx512"]
    if host_isa() not in order or (path in order and order.index(path) > order.index(host_isa())):
        pytest.skip(f"this machine cannot take the code path {path}")

    def run(*arguments: Path | str) -> None:
        ours = {"DIAPHANE_SIMD", "NUMBA_CPU_NAME", "NUMBA_CPU_FEATURES", "NUMBA_DISABLE_JIT"}
        settings = {k: v for k, v in os.environ.items() if k not in ours}
        settings |= {**CODE_PATHS[path], "NUMBA_CACHE_DIR": str(tmp_path)}
        settings["DIAPHANE_EXPECTED_ISA"] = path
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
        done = subprocess.run(
            [*command, *map(str, arguments)],
            env=settings,
            capture_output=True,
            text=True,
            cwd=REPOSITORY,
        )
        assert done.returncode == 0, done.stdout + done.stderr

    return run
