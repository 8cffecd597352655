"""The memory of an observatory's processes; PSS shares out the pages that several processes map."""

from collections.abc import Callable

from bench._tools import observatory, row

Figures = dict[str, float]


def measure() -> dict[str, Figures]:
    results = {f"4 agents: {name}": figures for name, figures in _processes(lambda text: text).items()}
    results["4 agents"] = _sum(results)
    results["10 agents"] = _sum(_processes(lambda text: text.rstrip() + _more("")))
    grouped = _more("        process-group: more\n")
    results["10 agents, 6 of them in one process"] = _sum(_processes(lambda text: text.rstrip() + grouped))
    for name, figures in results.items():
        row(name, **figures)
    return results


def _more(group: str) -> str:
    return "\n" + "".join(
        f"      - agent-class: FakeDataAgent\n        instance-id: more{number}\n{group}"
        for number in range(6)
    )


def _processes(change: Callable[[str], str]) -> dict[str, Figures]:
    with observatory(change) as site:
        site.well("up")
        return {_name(process): _figures(process) for process in site.processes()}


def _figures(process) -> Figures:
    full = process.memory_full_info()
    return {"rss_mb": round(full.rss / 1e6, 1), "pss_mb": round(full.pss / 1e6, 1)}


def _sum(processes: dict[str, Figures]) -> Figures:
    return {unit: round(sum(each[unit] for each in processes.values()), 1) for unit in ("rss_mb", "pss_mb")}


def _name(process) -> str:
    words = process.cmdline()
    if "--instance-id" in words:
        return words[words.index("--instance-id") + 1]
    return words[0].split("/")[-1].split(" ")[0]
