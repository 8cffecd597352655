"""A Site agent with embedded stores of its own, and images for it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ocs_sim.agents.site import Site as SiteAgent

from ocs_sim.images import (
    Exposure,
    ImageName,
    Observer,
    build_header,
    write_image,
    write_previews,
)
from ocs_sim.remote import read_state, state_table
from ocs_sim.site import Hub, Site, SiteIdentity
from ocs_sim.stores import StoreAddresses, open_stores
from ocs_sim.testing import AgentHarness
from ocs_sim.wire import FeedInfo, encode_message
from tests.images.scenes import START, all_facts, sky

CODE = "tst"
QUICK = [
    "--state-period",
    "0.05",
    "--images-period",
    "0.02",
    "--retry-after",
    "0.05",
    "--retry-longest",
    "0.1",
]
_HUB = Hub("ws://127.0.0.1:8001/ws", "http://127.0.0.1:8001/call", "test_realm", "observatory")
_FILES = "observatory.cam1.feeds.files"


@dataclass
class Place:
    """Where the images and the stores of a test are."""

    directory: Path
    elsewhere: StoreAddresses | None = None

    @property
    def addresses(self) -> StoreAddresses:
        return self.elsewhere or StoreAddresses(self.directory / "stores")

    @property
    def nights(self) -> Path:
        return self.directory / "images"

    def take(self, number: int, *, site="tst", pictures=True, compress=False, seed=None) -> Path:
        """Write an image as a camera's agent does; each has other pixels."""
        name = ImageName(site, "cam1", "20261120", number)
        folder = self.nights / name.day
        folder.mkdir(parents=True, exist_ok=True)
        pixels = sky(seed=number if seed is None else seed)
        exposure = Exposure(START + number, 30.0)
        facts = all_facts(name=name, exposure=exposure, observer=Observer("Ada Lovelace", "ada", "u1"))
        path = write_image(folder / str(name), pixels, build_header(facts), compress=compress)
        if pictures:
            write_previews(path, pixels)
        return path

    def agent(self, *more: str, clock=None, bus=None, found=True) -> AgentHarness:
        """Return an agent of site `tst`; `found`: it looks for images where they are."""
        there = ["--image-dir", str(self.nights)] if found else []
        return AgentHarness(
            SiteAgent,
            arguments=[*QUICK, *there, *more],
            instance_id="site1",
            directory=self.directory,
            clock=clock,
            bus=bus,
            site=Site(
                self.directory / "site.yaml",
                _HUB,
                {},
                SiteIdentity(CODE, "Bosque Alegre", -31.6, -64.5),
                stores=self.addresses,
            ),
        )

    def stored_keys(self) -> list[str]:
        """Return the keys of all objects."""
        with open_stores(self.addresses) as stores:
            return [each.key for each in stores.objects.list()]

    def records(self):
        """Return what the image database knows, newest first."""
        with open_stores(self.addresses) as stores:
            return stores.images.latest(CODE, 100)

    def state(self):
        """Return the state document as it can be read from afar; None before there is one."""
        with open_stores(self.addresses) as stores:
            document = stores.table(state_table(CODE)).get("State")
        return None if document is None else read_state(document)


def images_of(agent):
    """Return the data of the process `images`."""
    return agent.status("images").session["data"]


def until_stored(agent, count):
    """Wait until so many images are stored and none waits."""
    agent.until(lambda: (images_of(agent).get("stored"), images_of(agent).get("waiting")) == (count, 0), 20.0)


def say_file(agent, path):
    """Say what a camera's agent says of an image that it wrote."""
    info = FeedInfo("observatory.cam1", "files", _FILES, False, "1", "Camera", {}, {})
    message = {"path": str(path), "base_name": ImageName.parse(path).base, "others": []}
    agent.bus.loop.call_soon_threadsafe(agent.bus.deliver, _FILES, (encode_message(message, info.encode()),))
