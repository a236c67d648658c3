"""The cone-beam kernels on every code path."""

from collections.abc import Callable
from pathlib import Path


def test_backprojection_on_every_path(retest: Callable[..., None]):
    retest(Path(__file__).with_name("test_fdk_kernels.py"))
