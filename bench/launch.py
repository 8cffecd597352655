"""How long `obsbow up`, `status` and `down` take, beside the router alone."""

import statistics

from bench._tools import observatory, row, seconds

ROUNDS = 3
MORE_AGENTS = "".join(
    f"""
      - agent-class: FakeDataAgent
        instance-id: more{number}
"""
    for number in range(1, 6)
)


def measure() -> dict[str, float]:
    results = {}
    with observatory() as mini:
        mini.well("crossbar", "generate_config")
        alone = [
            (seconds(lambda: mini.well("crossbar", "start")), seconds(lambda: mini.well("crossbar", "stop")))
        ]
        results["router alone, start"], results["router alone, stop"] = alone[0]
        _rounds(mini, "4 agents", results)
        results["help"] = min(seconds(lambda: mini.well("--help")) for _ in range(5))
    with observatory(lambda text: text.rstrip() + MORE_AGENTS) as large:
        _rounds(large, "9 agents", results)
    results = {name: round(value, 2) for name, value in results.items()}
    for name, value in results.items():
        row(name, seconds=value)
    return results


def _rounds(site, what: str, results: dict[str, float]) -> None:
    ups, downs, statuses = [], [], []
    for _ in range(ROUNDS):
        ups.append(seconds(lambda: site.well("up")))
        statuses.append(seconds(lambda: site.well("status")))
        downs.append(seconds(lambda: site.well("down")))
    for name, samples in (("up", ups), ("status", statuses), ("down", downs)):
        results[f"{what}, {name}"] = statistics.median(samples)
