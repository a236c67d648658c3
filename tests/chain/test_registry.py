"""Which steps there are, and that nothing is imported because a text names it."""

import logging
import sys
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
import tiny_steps
from tiny_steps import STEPS

from diaphane import chain
from diaphane.chain import registry
from diaphane.chain.registry import foreign_types, type_name
from diaphane.ct import ConeScan, FanScan, ParallelScan, fdk
from diaphane.errors import ChainError


@pytest.fixture
def offer(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Pretend that installed packages offer something under the entry-point group."""

    def offered(*found: Any) -> None:
        def load(what: Any) -> Any:
            if isinstance(what, Exception):
                raise what
            return what

        entries = [SimpleNamespace(value=str(w), load=lambda w=w: load(w)) for w in found]
        monkeypatch.setattr(registry, "entry_points", lambda group: entries)
        registry._installed_steps.cache_clear()

    yield offered
    monkeypatch.undo()
    registry._installed_steps.cache_clear()


def test_the_package_s_own_steps_are_found_by_their_public_names() -> None:
    assert chain.find_step("ct.fdk") is fdk
    known = chain.all_steps()
    assert list(known) == sorted(known)
    assert {"ct.fdk", "ct.hounsfield", "segment.hysteresis", "surface.isosurface"} <= set(known)


def test_a_mistyped_step_is_told_with_the_nearest_right_name() -> None:
    with pytest.raises(ChainError, match=r"unknown step 'ct.fdq': did you mean 'ct.fdk'\?"):
        chain.find_step("ct.fdq")


@pytest.mark.parametrize(
    "name", ["os.system", "diaphane.ct.fdk", "ct.fdk.function", "ct.cone_beam.fdk", "this.x", "ct."]
)
def test_a_name_that_is_no_step_imports_nothing(name: str) -> None:
    before = set(sys.modules)
    with pytest.raises(ChainError, match="unknown step"):
        chain.find_step(name)
    with pytest.raises(ChainError, match="unknown type"):
        chain.find_types(name)
    assert "this" not in sys.modules
    assert not {m for m in set(sys.modules) - before if not m.startswith("diaphane")}


def test_further_steps_are_found_by_name_and_by_alias() -> None:
    assert chain.find_step("tiny_steps.smooth", steps=STEPS) is tiny_steps.smooth
    assert chain.find_step("tiny.blur", steps=STEPS) is tiny_steps.smooth
    assert set(chain.all_steps(steps=STEPS)) > {s.name for s in STEPS}


def test_installed_packages_offer_a_step_or_a_module_of_steps(offer: Any) -> None:
    offer(tiny_steps.ball, tiny_steps)
    assert chain.find_step("tiny_steps.ball") is tiny_steps.ball
    assert chain.find_step("tiny_steps.height") is tiny_steps.height


def test_a_broken_package_does_not_stop_the_others(
    offer: Any, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, logger="diaphane"):
        offer(ImportError("broken"), 3, tiny_steps.ball)
        assert chain.find_step("tiny_steps.ball") is tiny_steps.ball
    assert "cannot be loaded: broken" in caplog.text
    assert "3 is no step" in caplog.text


def test_no_package_can_put_itself_in_the_place_of_an_own_step(
    offer: Any, caplog: pytest.LogCaptureFixture
) -> None:
    impostor = tiny_steps.ball.__class__(
        tiny_steps.ball.function, name="ct.fdk", version=1, aliases=(), simd=False
    )
    offer(impostor)
    with caplog.at_level(logging.WARNING, logger="diaphane"):
        assert chain.all_steps()["ct.fdk"] is fdk
    assert chain.find_step("ct.fdk") is fdk
    assert "hidden by another" in caplog.text


def test_the_public_steps_of_a_module_are_those_it_shows() -> None:
    module = ModuleType("mine")
    module.ball, module._secret, module.other = tiny_steps.ball, tiny_steps.smooth, 3  # type: ignore[attr-defined]
    assert chain.steps_of(module) == (tiny_steps.ball,)
    module.__all__ = ["other"]  # type: ignore[attr-defined]
    assert chain.steps_of(module) == ()


def test_types_are_found_by_their_public_names() -> None:
    assert chain.find_types("ct.ConeScan") == (ConeScan,)
    assert chain.find_types("ct.Scan") == (ParallelScan, FanScan, ConeScan)
    assert chain.find_types("tiny_steps.Profile", steps=STEPS) == (tiny_steps.Profile,)
    assert type_name(ConeScan) == "ct.ConeScan"
    assert type_name(tiny_steps.Profile) == "tiny_steps.Profile"
    assert foreign_types(STEPS) == (tiny_steps.Profile,)
    for name in ("ct.fdk", "ct.Detector", "image.Quantity", "ct.ConeScan.values"):
        with pytest.raises(ChainError, match="unknown type"):
            chain.find_types(name)
