"""Jobs: takes the jobs of a site and lets its agents carry them out."""

from __future__ import annotations

from ocs_sim.agent import Agent, AgentContext, Run, process
from ocs_sim.stores import StoreError, open_stores

from ._jobs import Assembly, JobsOptions, assemble, code_of, intake_of, table_of

_SERVICE_WAIT_SECONDS = 1.0
_LIVELY_PERIOD_SECONDS = 0.05


class Jobs(Agent[JobsOptions]):
    """Claims jobs, turns them into operations of the site's agents, and tells what becomes of them."""

    Options = JobsOptions
    aliases = ("JobsAgent",)

    def __init__(self, context: AgentContext[JobsOptions]) -> None:
        super().__init__(context)
        # At once: wrong rows and a missing code are said before anything is claimed.
        self._table = table_of(context)
        self._code = code_of(context)

    @process(startup=True)
    async def work(self, run: Run) -> str:
        """work()

        **Process** - Carry out jobs until stopped; starts by itself.

        `session['data']` is `{"site": "mini", "waiting": 2, "running": [{"ulid": "01...", "action":
        "camera/expose", "status": "EXPOSING"}], "complete": 17, "failed": 1, "canceled": 0}`: what was
        counted since it started. Degraded while the jobs' store or service does not answer.

        """
        assembly = assemble(self.context, self._table)
        try:
            while not run.cancelled:
                await assembly.bridge.poll()
                self._tell(run, assembly)
                await run.wait_async(self._pause(assembly))
        finally:
            await assembly.bridge.close()
            assembly.close()
        return "Carries out no more jobs."

    @process(startup=True)
    def take_messages(self, run: Run) -> str:
        """take_messages()

        **Process** - Make jobs of the messages in the site's queue of commands; starts by itself.

        `session['data']` is `{"taken": 17, "refused": 1}`; messages that cannot be read become failed jobs
        that say why. Degraded while the queue or the store of jobs does not answer. Ends at once with
        `--no-queue`.

        """
        if not self.options.queue:
            return "There is no queue to look at: --no-queue."
        # Those of AWS are paid for by the look, so they are waited for there.
        wait_seconds = _SERVICE_WAIT_SECONDS if self.context.site.stores.queue else 0.0
        stores = open_stores(self.context.site.stores, self.context.clock)
        try:
            intake = None
            while not run.cancelled:
                try:
                    intake = intake or intake_of(self.context, stores)
                    while intake.take(wait_seconds) and not run.cancelled:
                        pass
                    run.recovered()
                except StoreError as fault:
                    run.degraded(str(fault))
                if intake is not None:
                    run.data = {"taken": intake.taken, "refused": intake.refused}
                run.wait(self.options.poll_period)
        finally:
            stores.close()
        return "Takes no more messages."

    def _pause(self, assembly: Assembly) -> float:
        # Each look at a service elsewhere has its price.
        is_near = self.options.source == "store" and not self.context.site.stores.documents
        quick = is_near and assembly.bridge.is_lively
        return min(self.options.poll_period, _LIVELY_PERIOD_SECONDS) if quick else self.options.poll_period

    def _tell(self, run: Run, assembly: Assembly) -> None:
        bridge = assembly.bridge
        running = [
            {
                "ulid": each.ulid,
                "action": f"{each.job.device_type}/{each.job.action}",
                "status": each.status,
            }
            for each in bridge.running
        ]
        run.data = {
            "site": self._code,
            "waiting": len(bridge.waiting),
            "running": running,
            **bridge.counts,
        }
        trouble = "; ".join(assembly.desk.trouble.values())
        if trouble:
            run.degraded(trouble)
        else:
            run.recovered()
