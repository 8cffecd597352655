"""A bridge that dies at any of the moments at which it writes something down does nothing twice."""

import threading

import pytest
from ocs_sim.agents._jobs._source import SourceDown, StoreSource

from ocs_sim.testing import wait_until
from tests.agents.jobs_bench import SITE, bench_in

PARAMS = {"script": "collectBiasesAndDarks", "numOfBias": 1, "darkTime": 0, "numOfDark": 1}


class Death:
    """From the `number`-th thing that is told nothing arrives; `written` says whether that one still did."""

    def __init__(self, number, *, written):
        self.happened = threading.Event()
        self._left = number
        self._written = written
        self._tell = StoreSource.tell

    def tell(self, source, job, news):
        if self.happened.is_set():
            raise SourceDown(source="everything", fault="it is dead")
        if self._left == 0:
            if self._written:
                self._tell(source, job, news)
            self.happened.set()
            raise SourceDown(source="everything", fault="it is dead")
        self._left -= 1
        self._tell(source, job, news)


@pytest.mark.parametrize("written", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("number", range(7))
def test_nothing_is_done_twice_and_nothing_forgotten(tmp_path, monkeypatch, number, written):
    death = Death(number, written=written)
    with bench_in(tmp_path) as bench:
        ulid = bench.post("sequencer", "run", PARAMS)
        with monkeypatch.context() as dying, bench.bridge():
            dying.setattr(StoreSource, "tell", lambda *told: death.tell(*told))  # noqa: PLW0108 - is bound
            wait_until(lambda: death.happened.is_set() or bench.job(ulid).has_ended, 10.0)
        with bench.bridge():
            status, words, result = bench.ended(ulid)
        said = [params["image_type"] for _, params in bench.agents["camera"].said]
        assert (status, said) == ("COMPLETE", ["bias", "dark"]), words
        assert result["images"] == ["image1.fits", "image2.fits"]
        assert bench.jobs.held_by(SITE, "jobs") == []
