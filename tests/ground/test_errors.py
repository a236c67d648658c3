"""The tree of errors is the one drawn at the top of its file."""

import inspect

from diaphane import errors
from diaphane.errors import ChainError, DiaphaneError


def test_every_error_is_in_the_drawing_under_its_parent() -> None:
    drawing = (errors.__doc__ or "").splitlines()
    classes = [
        c for _, c in inspect.getmembers(errors, inspect.isclass) if c.__module__ == errors.__name__
    ]
    depth = {}
    for line in drawing:
        for kind in classes:
            if line.lstrip(" │├└─").split(" ")[0] == kind.__name__:
                depth[kind] = len(line) - len(line.lstrip(" │├└─"))
    assert set(depth) == set(classes)
    for kind in classes:
        parent = kind.__bases__[0]
        assert kind is DiaphaneError or depth[kind] == depth[parent] + 4


def test_a_chain_error_carries_its_faults() -> None:
    assert ChainError("one", ("fault",)).faults == ("fault",)
    assert ChainError("one").faults == ()
