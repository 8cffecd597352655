"""What a site of devices costs that has nothing to do: the simulated world, and agents that watch it."""

import time

import psutil

from bench._tools import cpu_seconds, observatory, row

DEVICES = ("world", "mount", "camera", "dome", "weather")
_SETTLE_SECONDS = 5.0


def measure_idle(seconds: float) -> dict[str, float]:
    """Start the default site, and measure the CPU time of each of its processes while nothing is asked."""
    with observatory(telescope=True) as site:
        site.well("up")
        processes = {name: psutil.Process(site.pid(name)) for name in DEVICES}
        everything = {str(each.pid): each for each in site.processes()}
        time.sleep(_SETTLE_SECONDS)
        percents = cpu_percents({**everything, **processes}, seconds)
    found = {name: percents[name] for name in DEVICES}
    found["all devices"] = round(sum(found.values()), 2)
    found["with router and archive"] = round(sum(percents[name] for name in everything), 2)
    row("an idle site, % of one core", **found)
    return found


def cpu_percents(processes: dict[str, psutil.Process], seconds: float) -> dict[str, float]:
    """Return the share of one core that each process uses in the next seconds, in percent."""
    before, began = {name: cpu_seconds(each) for name, each in processes.items()}, time.monotonic()
    time.sleep(seconds)
    took = time.monotonic() - began
    return {
        name: round((cpu_seconds(each) - before[name]) / took * 100, 2) for name, each in processes.items()
    }
