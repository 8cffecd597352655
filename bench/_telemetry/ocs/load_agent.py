"""An agent as OCS's users write them: publishes blocks from a worker thread. Run by OCS's Python."""

import argparse
import sys
import time

import txaio

txaio.use_twisted()

from ocs import ocs_agent, site_config  # noqa: E402

AGG_PARAMS = {"frame_length": 5}
TICK_SECONDS = 0.01


class LoadAgent:
    def __init__(self, agent):
        self.agent = agent
        self.running = False
        agent.register_feed("load", record=True, agg_params=AGG_PARAMS, buffer_time=0)
        agent.register_feed("load_buffered", record=True, agg_params=AGG_PARAMS, buffer_time=0.1)
        agent.register_process("sampler", self.sampler, self.stop, blocking=True)

    @ocs_agent.param("fields", default=10, type=int)
    @ocs_agent.param("samples_per_block", default=10, type=int)
    @ocs_agent.param("blocks_per_second", default=100.0, type=float)
    @ocs_agent.param("blocks", default=1000, type=int)
    @ocs_agent.param("buffered", default=False, type=bool)
    def sampler(self, session, params):
        """sampler()

        **Process** - Publish blocks at a steady rate; sample n of field k is n + k.

        """
        self.running = True
        feed = "load_buffered" if params["buffered"] else "load"
        fields, samples = params["fields"], params["samples_per_block"]
        rate, blocks = params["blocks_per_second"], params["blocks"]
        names = [(k, f"field_{k:03d}") for k in range(fields)]
        origin, began, published = time.time(), time.monotonic(), 0
        while self.running and published < blocks:
            due = min(blocks, int((time.monotonic() - began) * rate))
            while published < due:
                first = published * samples
                run = [float(n) for n in range(first, first + samples + fields)]
                message = {
                    # Its feeds take a block's fields to be the same for ever.
                    "block_name": f"load_{fields}",
                    "timestamps": [origin + n / (rate * samples) for n in range(first, first + samples)],
                    "data": {name: run[k : k + samples] for k, name in names},
                }
                self.agent.publish_to_feed(feed, message)
                published += 1
            session.data = {"published": published}
            time.sleep(TICK_SECONDS)
        self.agent.feeds[feed].flush_buffer()
        return True, "Published"

    def stop(self, session, params):
        self.running = False
        return True, "Stopping"


def main():
    args = site_config.parse_args(
        agent_class="LoadAgent", parser=argparse.ArgumentParser(), args=sys.argv[1:]
    )
    agent, runner = ocs_agent.init_site_agent(args)
    LoadAgent(agent)
    runner.run(agent, auto_reconnect=True)


main()
