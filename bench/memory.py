"""The memory of each process of the mini observatory; PSS shares out pages that several processes map."""

from bench._tools import observatory, row


def measure() -> dict[str, dict[str, float]]:
    results: dict[str, dict[str, float]] = {}
    with observatory() as mini:
        mini.well("up")
        for process in mini.processes():
            full = process.memory_full_info()
            results[_name(process)] = {"rss_mb": round(full.rss / 1e6, 1), "pss_mb": round(full.pss / 1e6, 1)}
    total = {unit: round(sum(each[unit] for each in results.values()), 1) for unit in ("rss_mb", "pss_mb")}
    for name, figures in {**results, "all": total}.items():
        row(name, **figures)
    return {**results, "all": total}


def _name(process) -> str:
    words = process.cmdline()
    if "--instance-id" in words:
        return words[words.index("--instance-id") + 1]
    return f"crossbar {process.pid}"
