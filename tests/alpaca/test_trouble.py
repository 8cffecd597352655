"""What goes wrong with a device on purpose."""

from __future__ import annotations

import concurrent.futures
import time

import httpx
import pytest

from ocs_sim.alpaca import DriverError, Trouble
from tests.alpaca.test_protocol import refused, value
from tests.alpaca.toys import Toy, serving


def test_a_failing_device_refuses(http, read, toy):
    assert refused(http.get("/api/v1/switch/2/maxswitch")) == 0x500
    toy.next_trouble = Trouble(error=DriverError("It smokes.", 0x5AB))
    assert refused(read("tracking")) == 0x5AB
    assert value(read("tracking")) is False


def test_a_lost_device_closes_the_connection_without_an_answer(read, write, toy, caplog):
    toy.next_trouble = Trouble(drop_connection=True)
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        write("tracking", Tracking="true")
    assert toy.tracking is False
    assert value(read("tracking")) is False
    assert not caplog.records


def test_a_slow_device_answers_late_and_others_do_not(http, read, toy):
    toy.next_trouble = Trouble(delay_seconds=0.2)
    began = time.monotonic()
    assert value(read("tracking")) is False
    assert time.monotonic() - began >= 0.2


def test_driver_errors_have_their_numbers():
    with pytest.raises(ValueError, match="0x500 to 0xFFF"):
        DriverError("no", 0x400)


def test_a_server_that_ends_hangs_up_on_what_would_take_too_long(caplog):
    slow = Toy()
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        with serving(slow) as server:
            slow.next_trouble = Trouble(delay_seconds=600)
            asked = pool.submit(httpx.get, f"{server.address}/api/v1/telescope/0/tracking", timeout=60)
            while slow.next_trouble is not None:
                time.sleep(0.001)
        assert isinstance(asked.exception(20), httpx.RemoteProtocolError | httpx.ReadError)
    assert not caplog.records
