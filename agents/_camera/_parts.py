"""All that a camera agent is made of, put together as its options say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ocs_sim.agent import AgentContext
from ocs_sim.wire import agent_address, feed_address

from .._device import DeviceLink
from ._cooling import Cooler
from ._exposing import Exposer, Patience
from ._heard import HeardFeed
from ._imaging import Imaging
from ._labels import Labels
from ._options import CameraOptions
from ._recording import Recorder
from ._rig import Rig
from ._settings import Settings

_FEEDS = {"mount": "pointing", "dome": "dome", "weather": "conditions"}
_MAYBE = ("filterwheel", "focuser", "rotator", "covercalibrator", "telescope")


@dataclass(frozen=True)
class Parts:
    """The devices, who uses them for what, and what is heard of other agents."""

    rig: Rig
    exposer: Exposer
    recorder: Recorder
    imaging: Imaging
    settings: Settings
    cooler: Cooler
    ears: Mapping[str, HeardFeed]

    @classmethod
    def of(cls, context: AgentContext[CameraOptions]) -> Parts:
        """Put the parts together; nothing is connected yet."""
        options = context.options
        rig = Rig(
            camera=_link(context, "camera"),
            **{kind: _link(context, kind) for kind in _MAYBE if getattr(options, kind) is not None},
        )
        patience = Patience(options.patience, options.readout_timeout, options.download_timeout)
        exposer = Exposer(rig.camera, context.clock, patience)
        labels = Labels.of(context)
        recorder = Recorder(options.data_dir, labels.site_code, labels.instrument, previews=options.previews)
        ears = {role: _ear(context, role) for role in _FEEDS if getattr(options, role)}
        return cls(
            rig=rig,
            exposer=exposer,
            recorder=recorder,
            imaging=Imaging(rig, exposer, recorder, options, labels, ears),
            settings=Settings(rig, options),
            cooler=Cooler(rig.camera, options.cooling_tolerance, options.cooling_settle),
            ears=ears,
        )


def _link(context: AgentContext[CameraOptions], kind: str) -> DeviceLink:
    options = context.options
    address = getattr(options, kind)
    return DeviceLink(
        kind,
        address.host or options.host,
        address.port or options.port,
        address.number,
        timer=context.clock,
        log=context.log,
        timeout_seconds=options.request_timeout,
    )


def _ear(context: AgentContext[CameraOptions], role: str) -> HeardFeed:
    agent = getattr(context.options, role)
    topic = feed_address(agent_address(context.address_root, agent), _FEEDS[role])
    return HeardFeed(topic, agent, context.options.stale_after)
