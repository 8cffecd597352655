"""Finding agent classes: installed ones, and those of the site."""

from __future__ import annotations

import textwrap

import pytest
from ocs_sim.agents.fake_data import FakeData

from ocs_sim.agent import BadAgentModule, UnknownAgentClass, catalogue

HEATER = '''
    from ocs_sim.agent import Agent, Options, option

    class HeaterOptions(Options):
        power: float = option(1.0, ge=0)

    class Heater(Agent[HeaterOptions]):
        """Heats the dome."""

        Options = HeaterOptions
        aliases = ("DomeHeater",)
'''


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "heater.py").write_text(textwrap.dedent(HEATER))
    (tmp_path / "broken.py").write_text("import nothing_of_the_kind\nclass Cooler: ...\n")
    (tmp_path / "test_heater.py").write_text("raise RuntimeError('tests are not agents')\n")
    return tmp_path


@pytest.mark.parametrize("name", ["FakeDataAgent", "FakeData"])
def test_installed_classes_have_ocs_names_and_short_ones(name):
    assert catalogue.find_class(name) is FakeData


@pytest.mark.parametrize("name", ["Heater", "DomeHeater"])
def test_classes_of_the_site_are_found_though_a_neighbour_is_broken(folder, name):
    assert catalogue.find_class(name, [folder]).__name__ == "Heater"
    assert catalogue.find_class(name, [folder / "heater.py"]) is catalogue.find_class(name, [folder])


def test_a_broken_module_is_blamed_only_by_those_who_want_it(folder):
    with pytest.raises(BadAgentModule, match="nothing_of_the_kind"):
        catalogue.find_class("Cooler", [folder])


@pytest.mark.parametrize(("name", "near"), [("FakeDatAgent", "FakeDataAgent"), ("Heeter", "Heater")])
def test_an_unknown_class_gets_the_nearest_name(folder, name, near):
    with pytest.raises(UnknownAgentClass, match=f"did you mean '{near}'"):
        catalogue.find_class(name, [folder])


def test_all_classes_are_listed_and_the_broken_say_why(folder):
    found = catalogue.all_classes([folder])
    assert found["Heater"].summary == "Heats the dome."
    assert found["Heater"].aliases == ("DomeHeater",)
    assert found["Heater"].origin == str(folder / "heater.py")
    assert "nothing_of_the_kind" in found["broken"].fault
    assert {"FakeDataAgent", "BarebonesAgent", "RegistryAgent", "HostMaster"} <= set(found)
    assert found["FakeDataAgent"].aliases == ("FakeData",)
    assert found["HostMaster"].aliases == ("HostManager",)


def test_known_classes_check_their_options(folder):
    known = catalogue.known_classes([folder])
    assert {"FakeData", "FakeDataAgent", "HostManager", "HostMaster", "Heater", "DomeHeater"} <= set(known)
    assert known["DomeHeater"].check(["--power", "3"]) == []
    assert known["DomeHeater"].check(["--power", "-3"]) == [
        "--power -3: input should be greater than or equal to 0"
    ]
    assert "nothing_of_the_kind" in known["broken"].check([])[0]


def test_the_runner_of_a_class(folder):
    assert catalogue.find_runner("Heater", [folder]) == "ocs_sim.agent"
    with pytest.raises(UnknownAgentClass):
        catalogue.find_runner("InfluxDBAgent")


def test_classes_of_ocs_are_run_by_ocs(monkeypatch, folder):
    monkeypatch.setattr(catalogue, "ocs_classes", lambda: ("InfluxDBAgent", "FakeDataAgent"))
    assert catalogue.find_runner("InfluxDBAgent") == "ocs.agent_cli"
    assert catalogue.find_runner("FakeDataAgent") == "ocs_sim.agent"
    assert catalogue.known_classes()["InfluxDBAgent"] is None
    assert catalogue.known_classes()["FakeDataAgent"] is not None
    assert catalogue.all_classes()["InfluxDBAgent"].runner == "ocs.agent_cli"
