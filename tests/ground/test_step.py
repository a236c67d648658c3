"""Steps: what they accept, what they record, and the keys by which results are known."""

from dataclasses import replace
from typing import Annotated, Any, TypeVar

import numpy as np
import pytest

from diaphane.ct import ConeScan, FanScan
from diaphane.errors import Cancelled, InputError, OptionError, QuantityError
from diaphane.history import History, history_of, record_source
from diaphane.image import Image, Labels, Measurement
from diaphane.notices import Notice, notice
from diaphane.options import Range
from diaphane.progress import Cancel, listen
from diaphane.space import Grid
from diaphane.step import Step, step
from diaphane.units import Quantity

SCAN = TypeVar("SCAN", ConeScan, FanScan)


@step(version=2)
def scale(
    image: Annotated[Image, Quantity.ATTENUATION],
    mask: Labels | None = None,
    *,
    factor: Annotated[float, Range(0.1, 10)] = 2.0,
) -> Annotated[Image, Quantity.HOUNSFIELD]:
    """Multiply."""
    notice("ground.scaled", factor=factor)
    return Image(image.values * np.float32(factor), image.grid, Quantity.HOUNSFIELD)


@step()
def same(image: Image) -> Image:
    """Return what came."""
    return image


@step()
def mean(image: Image) -> Measurement:
    """Return the mean."""
    return Measurement(float(image.values.mean()), image.quantity.unit)


@step(name="ground.kept", aliases=("ground.old",))
def keep(scan: Annotated[SCAN, Quantity.COUNTS]) -> Annotated[SCAN, Quantity.LINE_INTEGRAL]:
    """Keep the type."""
    return replace(scan, quantity=Quantity.LINE_INTEGRAL)


def attenuation(value: float = 1.0) -> Image:
    values = np.full((2, 3, 4), value, dtype=np.float32)
    return Image(values, Grid.centered((2, 3, 4), 1.0), Quantity.ATTENUATION)


def test_a_step_is_called_like_a_function_and_records_how_it_was_made() -> None:
    source = attenuation()
    record_source(source, "body.h5")
    result = scale(source, factor=3)
    made = result.history
    assert made is not None
    assert (made.step, made.version, made.options) == ("test_step.scale", 2, {"factor": 3.0})
    assert made.parents == (source.history,)
    assert made.notices == (Notice("ground.scaled", {"factor": 3.0}),)
    assert made.code
    assert [h.name or h.step for h in mean(result).history.walk()] == [
        "body.h5",
        "test_step.scale",
        "test_step.mean",
    ]


def test_the_key_tells_how_a_value_was_made() -> None:
    def key(value: Any, **options: Any) -> str:
        return scale(value, **options).history.key

    assert key(attenuation()) == key(attenuation(), factor=2)
    assert key(attenuation()) != key(attenuation(), factor=2.5)
    assert key(attenuation()) != key(attenuation(1.5))
    newer = Step(scale.function, name=scale.name, version=3, aliases=(), simd=False)
    assert newer(attenuation()).history.key != key(attenuation())


def test_the_key_is_known_before_the_work_is_done() -> None:
    call = scale.bind(attenuation(), factor=4)
    assert call.key == call.run().history.key


def test_the_key_tells_which_input_is_which() -> None:
    image = attenuation()
    mask = Labels(np.ones((2, 3, 4), dtype=np.uint8), image.grid)
    assert scale(image, mask).history.key != scale(image).history.key
    assert scale(image, mask=mask).history.key == scale(image, mask).history.key


def test_a_value_from_no_step_is_known_by_its_content() -> None:
    assert history_of(attenuation()).key == history_of(attenuation()).key
    assert history_of(attenuation()).key != history_of(attenuation(2.0)).key


def test_a_changed_value_forgets_how_it_was_made() -> None:
    assert replace(scale(attenuation()), channels=()).history is None


def test_what_came_is_not_given_back_under_another_history() -> None:
    image = attenuation()
    history = history_of(image)
    result = same(image)
    assert image.history is history
    assert result.history is not history
    assert result.values is image.values


@pytest.mark.parametrize(
    ("call", "error", "said"),
    [
        (lambda: scale(), InputError, "needs image: Image (attenuation)"),
        (lambda: scale(3), InputError, "image must be Image (attenuation), got int"),
        (
            lambda: scale(scale(attenuation())),
            QuantityError,
            "image must carry attenuation, got hounsfield",
        ),
        (lambda: scale(attenuation(), None, 2), InputError, "takes 2 values (image, mask), got 3"),
        (lambda: scale(attenuation(), factor=20), OptionError, "factor must be <= 10, got 20"),
        (
            lambda: scale(attenuation(), factr=2),
            OptionError,
            "has no option 'factr': did you mean 'factor'?",
        ),
        (lambda: scale(attenuation(), factor=float("nan")), OptionError, "must be a finite number"),
    ],
)
def test_what_does_not_fit_is_refused(call: Any, error: type[Exception], said: str) -> None:
    with pytest.raises(error) as refused:
        call()
    assert said in str(refused.value)
    assert "test_step.scale" in str(refused.value)


def test_a_step_that_breaks_its_promise_is_a_fault_of_the_program() -> None:
    @step()
    def lying(image: Image) -> Annotated[Image, Quantity.HOUNSFIELD]:
        return replace(image)

    @step()
    def odd(image: Image) -> Image:
        return Measurement(1.0, "")  # pyright: ignore[reportReturnType]

    with pytest.raises(TypeError, match="promised hounsfield, gave attenuation"):
        lying(attenuation())
    with pytest.raises(TypeError, match="promised Image, gave Measurement"):
        odd(attenuation())


def test_ports_tell_types_quantities_and_what_is_kept() -> None:
    image, mask = scale.inputs
    assert (image.types, image.quantity, image.is_optional) == (
        (Image,),
        Quantity.ATTENUATION,
        False,
    )
    assert (mask.types, mask.quantity, mask.is_optional) == ((Labels,), None, True)
    assert scale.output.quantity is Quantity.HOUNSFIELD
    assert keep.output.keeps_type
    assert keep.inputs[0].types == (ConeScan, FanScan)
    assert keep.aliases == ("ground.old",)


def test_a_step_outside_the_package_is_named_after_its_own_package() -> None:
    def sharpen(image: Image) -> Image:
        return image

    sharpen.__module__ = "acme.filters.edges"
    assert step()(sharpen).name == "acme.sharpen"
    sharpen.__module__ = "diaphane.image.filters"
    assert step()(sharpen).name == "image.sharpen"


@pytest.mark.parametrize("word", ["name", "step", "of"])
def test_an_option_may_not_bear_a_word_of_chains(word: str) -> None:
    parameters = {"image": Image, word: str}
    code = f"def odd(image, *, {word}='x'): return image"
    scope: dict[str, Any] = {}
    exec(code, {"__name__": "acme"}, scope)
    scope["odd"].__annotations__ = {**parameters, "return": Image}
    with pytest.raises(OptionError, match=f"cannot be called '{word}'"):
        step()(scope["odd"])


def test_a_cancelled_step_does_not_begin() -> None:
    cancel = Cancel()
    cancel.set()
    with listen(lambda _: None, cancel), pytest.raises(Cancelled):
        scale(attenuation())


def test_a_history_can_be_walked_once_through_a_diamond() -> None:
    source = History(key="a", name="source")
    left = History(key="b", step="left", parents=(source,))
    right = History(key="c", step="right", parents=(source,))
    end = History(key="d", step="end", parents=(left, right))
    assert [h.key for h in end.walk()] == ["a", "b", "c", "d"]
