"""CPU time of the processes that take part."""

from collections.abc import Mapping

import psutil


def cpu_seconds(processes: Mapping[str, list[psutil.Process]]) -> dict[str, float]:
    """Return user and system seconds so far, with those of children that have ended, such as sealers."""
    return {who: sum(sum(each.cpu_times()[:4]) for each in members) for who, members in processes.items()}


def difference(after: Mapping[str, float], before: Mapping[str, float]) -> dict[str, float]:
    """Return what was used in between."""
    return {who: after[who] - before[who] for who in after}


def family(pid: int) -> list[psutil.Process]:
    """Return a process and its descendants."""
    parent = psutil.Process(pid)
    return [parent, *parent.children(recursive=True)]
