"""Writes the groups of a sealed file, so that NeXus viewers plot them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import h5py

from ocs_sim.archive._block_arrays import ARCHIVE_GROUP, BlockArrays
from ocs_sim.archive._columns import TEXTS, ColumnKind
from ocs_sim.archive._layouts import BlockPlan
from ocs_sim.archive._records import FieldDescription, Layout

FORMAT = 1
_TEXT = h5py.string_dtype()
# Viewers draw every auxiliary signal at once, and HDF5 bounds an attribute to 64 KB.
_MOST_AUXILIARY = 99


def write_frame(file: h5py.File, facts: Mapping[str, Any]) -> None:
    """Write the groups and attributes that every file has."""
    created = facts.get("created")
    file.attrs.update(
        {
            "NX_class": "NXroot",
            "default": "entry",
            "creator": facts.get("creator", "ocs-sim"),
            "file_time": iso_time(float(created) if created is not None else 0.0),
            "HDF5_Version": h5py.version.hdf5_version,
            "h5py_version": h5py.version.version,
            "archive_format": FORMAT,
            "archive_index": f"{ARCHIVE_GROUP}/index",
            "journal_id": facts.get("id", ""),
        }
    )
    entry = file.create_group("entry")
    entry.attrs["NX_class"] = "NXentry"
    if facts.get("site"):
        entry.attrs["site"] = facts["site"]
    entry["title"] = "Housekeeping"
    entry["program_name"] = facts.get("creator", "ocs-sim")
    archive = file.create_group(ARCHIVE_GROUP)
    archive.attrs["NX_class"] = "NXcollection"


def write_block(file: h5py.File, block: BlockArrays) -> None:
    """Write one block's group and what the archive keeps of it."""
    group, kept = block_groups(file, block.plan)
    for path, values in block.datasets():
        if values.dtype == object:
            file.create_dataset(path, data=values, dtype=_TEXT)
        else:
            file.create_dataset(path, data=values)
    describe(group, block.plan)
    kept["provenance"].attrs["boot_ids"] = list(block.plan.boots)


def block_groups(file: h5py.File, plan: BlockPlan) -> tuple[h5py.Group, h5py.Group]:
    """Create a block's group and the one for what the archive keeps of it; both are still empty."""
    kept = file.create_group(f"{ARCHIVE_GROUP}/{plan.key}")
    kept.attrs.update({"NX_class": "NXcollection", "block_path": plan.path})
    return _block_group(file, plan), kept


def _block_group(file: h5py.File, plan: BlockPlan) -> h5py.Group:
    layout = plan.layout
    group = file.create_group(plan.path)
    _collection(
        group.parent.parent,
        {
            "instance_id": layout.instance,
            "agent_address": layout.agent_address,
            "agent_class": layout.agent_class,
        },
    )
    _collection(group.parent, {"feed": layout.feed, "feed_address": layout.feed_address})
    group.attrs.update(
        {
            "title": f"{layout.instance}.{layout.feed}.{layout.block}",
            "block": layout.block,
            "version": plan.version,
            "archive_group": f"{ARCHIVE_GROUP}/{plan.key}",
        }
    )
    signals = [plan.datasets[name] for name in plan.numeric]
    if not signals:
        group.attrs["NX_class"] = "NXcollection"
        return group
    group.attrs.update({"NX_class": "NXdata", "signal": signals[0], "axes": "time", "time_indices": 0})
    if len(signals) > 1:
        group.attrs["auxiliary_signals"] = signals[1 : 1 + _MOST_AUXILIARY]
    return group


def _collection(group: h5py.Group, attributes: Mapping[str, str]) -> None:
    if "NX_class" not in group.attrs:
        group.attrs.update({"NX_class": "NXcollection", **attributes})


def describe(group: h5py.Group, plan: BlockPlan) -> None:
    """Write the attributes of the datasets of a block."""
    _describe_time(group["time"])
    for name, dataset in plan.datasets.items():
        _describe_field(group[dataset], name, plan)


def _describe_time(time: h5py.Dataset) -> None:
    time.attrs.update(
        {"units": "s", "start": "1970-01-01T00:00:00Z", "long_name": "time (s since 1970, UTC)"}
    )


def _describe_field(dataset: h5py.Dataset, name: str, plan: BlockPlan) -> None:
    layout: Layout = plan.layout
    known = plan.descriptions.get(name, FieldDescription())
    label = known.description or name
    attributes = {"long_name": f"{label} ({known.unit})" if known.unit else label}
    if known.unit:
        attributes["units"] = known.unit
    if known.description:
        attributes["description"] = known.description
    if name != dataset.name.rpartition("/")[2]:
        attributes["field"] = name
    if layout.kind(name) in TEXTS:
        attributes["encoding"] = "json" if layout.kind(name) is ColumnKind.JSON else "text"
    dataset.attrs.update(attributes)


def choose_default(file: h5py.File, paths: Mapping[str, int]) -> None:
    """Make viewers open the largest block that can be plotted; `paths` maps blocks to samples."""
    plottable = {path: samples for path, samples in paths.items() if file[path].attrs["NX_class"] == "NXdata"}
    if not plottable:
        return
    group = file[max(plottable, key=lambda path: plottable[path])]
    while group.name != "/entry":
        group.parent.attrs["default"] = group.name.rpartition("/")[2]
        group = group.parent


def iso_time(unix_time: float) -> str:
    """Return UTC as ISO 8601 with `Z`, to the microsecond."""
    try:
        moment = datetime.fromtimestamp(unix_time, UTC)
    except (ValueError, OverflowError, OSError):
        return f"{unix_time} s since 1970"
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")
