"""Give publications to OCS's own aggregator and print what it wrote; run by OCS's Python, with so3g.

Usage: ocs_aggregate.py DIRECTORY < publications as JSON. Prints {feed's address: {field: samples}}.
"""

import json
import queue
import sys
from pathlib import Path

from ocs.agents.aggregator.drivers import Aggregator
from spt3g import core


def main(directory):
    incoming = queue.Queue()
    for message, feed in json.load(sys.stdin):
        incoming.put((message, feed))
    aggregator = Aggregator(incoming, 3600, directory)
    aggregator.process_incoming_data()
    aggregator.write_to_disk(write_all=True)
    aggregator.close()
    print(json.dumps(read(Path(directory))))


def read(directory):
    feeds, names = {}, {}
    for path in sorted(directory.rglob("*.g3")):
        for frame in core.G3File(str(path)):
            if "providers" in frame:
                for each in frame["providers"]:
                    names[int(each["prov_id"].value)] = each["description"].value
            if "blocks" in frame:
                for block in frame["blocks"]:
                    add(block, feeds.setdefault(names[frame["prov_id"]], {}))
    return feeds


def add(block, fields):
    for field, samples in block.items():
        fields.setdefault(field, []).extend(samples)


if __name__ == "__main__":
    main(sys.argv[1])
