from __future__ import annotations

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocs_sim.client._inbox import Inbox


@given(st.lists(st.integers(), max_size=30), st.integers(1, 10))
def test_the_newest_are_kept_in_order_and_the_rest_is_counted(items, limit):
    inbox = Inbox(limit)
    for item in items:
        inbox.put(item)
    inbox.close()

    kept = items[-limit:]
    assert inbox.dropped == len(items) - len(kept)
    assert [inbox.get() for _ in kept] == kept
    with pytest.raises(StopIteration):
        inbox.get()
    assert inbox.take() == (False, True)


def test_a_reader_waits_for_the_first_item():
    inbox, got = Inbox(), []
    reader = threading.Thread(target=lambda: got.append(inbox.get(30)))
    reader.start()

    inbox.put("item")
    reader.join(10)

    assert got == ["item"]


def test_closing_wakes_a_reader_and_refuses_more():
    inbox, ended = Inbox(), threading.Event()

    def read():
        with pytest.raises(StopIteration):
            inbox.get()
        ended.set()

    reader = threading.Thread(target=read)
    reader.start()
    inbox.close()
    inbox.put("late")
    reader.join(10)

    assert ended.is_set()
    assert inbox.take() == (False, True)


def test_silence_is_a_timeout():
    with pytest.raises(TimeoutError):
        Inbox().get(0.01)


def test_listeners_hear_of_each_change():
    inbox, heard = Inbox(), []
    inbox.on_change(lambda: heard.append(1))

    inbox.put(1)
    inbox.close()

    assert len(heard) == 2
