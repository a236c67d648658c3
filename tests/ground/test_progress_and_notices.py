"""Progress flows outward and work can be stopped; notices are said once and collected."""

import logging

import pytest

from diaphane.errors import Cancelled, InputError
from diaphane.notices import Notice, collect_notices, notice
from diaphane.progress import Cancel, Progress, listen, track


def test_listeners_hear_how_far_the_work_is() -> None:
    heard: list[Progress] = []
    with listen(heard.append):
        assert list(track("abc", "letters")) == ["a", "b", "c"]
    assert [(p.label, p.done, p.total) for p in heard] == [
        ("letters", done, 3) for done in (0, 1, 2, 3)
    ]


def test_nested_listeners_all_hear() -> None:
    outer: list[Progress] = []
    inner: list[Progress] = []
    with listen(outer.append), listen(inner.append):
        list(track(range(2), "work"))
    assert outer == inner
    list(track(range(2), "unheard"))
    assert len(outer) == 3


def test_work_stops_when_asked_and_not_before() -> None:
    cancel = Cancel()
    with listen(lambda _: None, cancel):
        work = track(range(10), "work")
        assert [next(work) for _ in range(4)] == [0, 1, 2, 3]
        cancel.set()
        with pytest.raises(Cancelled):
            next(work)


def test_parts_without_a_length_need_a_total() -> None:
    with pytest.raises(InputError, match="total"):
        next(track(iter("ab"), "work"))
    assert list(track(iter("ab"), "work", total=2)) == ["a", "b"]


def test_a_notice_is_collected_once_by_every_block_around_it() -> None:
    with collect_notices() as outer:
        notice("ct.truncated", views=3)
        with collect_notices() as inner:
            notice("ct.truncated", views=3)
            notice("ct.truncated", views=4)
    assert inner == [Notice("ct.truncated", {"views": 3}), Notice("ct.truncated", {"views": 4})]
    assert outer == inner


def test_a_notice_outside_any_step_goes_to_the_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, logger="diaphane"):
        notice("ct.truncated", views=3)
    assert caplog.messages == ["ct.truncated(views=3)"]
