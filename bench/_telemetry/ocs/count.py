"""Compare what g3 files hold with what was published. Run by OCS's Python. Usage: count.py FIELDS FILE..."""

import json
import sys
from collections import defaultdict

import numpy as np
import so3g
from spt3g import core


def main(fields, paths):
    columns = defaultdict(list)
    for path in paths:
        for frame in core.G3File(path):
            if frame.get("hkagg_type") != so3g.HKFrameType.data or ".feeds.load" not in frame["address"]:
                continue
            for block in frame["blocks"]:
                for name in block.keys():  # noqa: SIM118 - no dict
                    columns[name].append(np.array(block[name]))
    joined = {name: np.concatenate(parts) for name, parts in columns.items()}
    whole = len(joined) == fields and all(
        np.array_equal(values, np.arange(len(values)) + float(name.rpartition("_")[2]))
        for name, values in joined.items()
    )
    rows = min((len(values) for values in joined.values()), default=0)
    print(json.dumps({"rows": rows, "in_order": whole}))


main(int(sys.argv[1]), sys.argv[2:])
