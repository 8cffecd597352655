"""What goes wrong with a device on purpose."""

from __future__ import annotations

import time

import httpx
import pytest

from ocs_sim.alpaca import DriverError, Trouble
from tests.alpaca.test_protocol import refused, value


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
