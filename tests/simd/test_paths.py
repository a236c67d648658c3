"""The registers on every code path, and what surrounds the kernels."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from diaphane.errors import InputError
from diaphane.simd import ISA, W, host, kernel, load, store
from diaphane.simd.compiling import _stamp_of

HERE = Path(__file__).parent
CT = HERE.parent / "ct"


def test_kernels_on_every_path(retest: Callable[..., None]):
    kernels = ("test_fdk_kernels.py", "test_fdk_symmetry.py")
    retest(HERE / "test_registers.py", *(CT / "analytic" / name for name in kernels))


def test_matched_projections_on_every_path(retest: Callable[..., None]):
    retest(CT / "project" / "test_projection.py", "-k", "many_rows")


@pytest.mark.parametrize(
    ("asked", "isa", "lanes"),
    [("", "avx512", 16), ("avx2", "avx2", 8), ("sse", "sse", 4), ("generic", "generic", 16)],
)
def test_a_narrower_path_can_be_asked_for(
    asked: str, isa: str, lanes: int, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(host, "host_isa", lambda: "avx512")
    assert host.choose_path(asked) == (isa, lanes)


def test_a_path_that_the_machine_lacks_is_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(host, "host_isa", lambda: "avx2")
    with pytest.raises(InputError, match="DIAPHANE_SIMD must be one of avx2, sse, generic"):
        host.choose_path("avx512")


def _double(values):
    for i in range(0, values.size, W):
        store(values, i, load(values, i) * 2)


@pytest.mark.skipif(ISA == "numpy", reason="nothing is compiled")
def test_code_on_disk_is_stale_when_the_registers_change(monkeypatch: pytest.MonkeyPatch):
    stamp = kernel()(_double)._cache._cache_file._source_stamp
    assert stamp[1] == _stamp_of(Path(__file__).parent)
    monkeypatch.setattr("diaphane.simd.compiling.ISA", "another")
    _stamp_of.cache_clear()
    assert kernel()(_double)._cache._cache_file._source_stamp != stamp
    _stamp_of.cache_clear()


def test_kernels_are_kept_in_the_users_cache_where_the_package_cannot_be_written(tmp_path: Path):
    script = (
        "import os; os.access = lambda *a, **k: False\n"
        "from diaphane.simd import host; print(host.config.CACHE_DIR)"
    )
    settings = {k: v for k, v in os.environ.items() if k != "NUMBA_CACHE_DIR"}
    settings["XDG_CACHE_HOME"] = str(tmp_path)
    done = subprocess.run(
        [sys.executable, "-c", script], env=settings, capture_output=True, text=True, check=True
    )
    assert Path(done.stdout.strip()) == tmp_path / "diaphane" / "kernels"
