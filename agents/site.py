"""Site: tells from afar how a site is, and puts its images where they can be had from afar."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

from ocs_sim.agent import Agent, AgentContext, Feed, Run, process
from ocs_sim.remote import encode_state, read_state, state_table
from ocs_sim.stores import StoreError, open_stores

from ._site import Delivered, Delivery, Depot, Ears, Finder, HeardFiles, Journal, Retry, SiteOptions

_NAMELESS = "sim"


class Site(Agent[SiteOptions]):
    """Writes the site's state document, and stores its images."""

    Options = SiteOptions
    aliases = ("SiteAgent",)

    stored = Feed("stored")

    def __init__(self, context: AgentContext[SiteOptions]) -> None:
        super().__init__(context)
        identity = context.site.identity
        self.code = self.options.site_code or (identity.code if identity else "") or _NAMELESS
        self.stores = open_stores(context.site.stores, context.clock)
        self.ears = Ears(context)
        self.heard = HeardFiles()
        self.depot = self._depot()

    async def on_start(self) -> None:
        """Recall how it stood, and listen to the other agents."""
        await asyncio.to_thread(self.depot.recall)
        await self.ears.listen()
        if self.options.camera:
            await self.heard.listen(self.context, self.options.camera)

    async def on_stop(self) -> None:
        """Close the stores."""
        self.stores.close()

    @process(startup=True)
    def state(self, run: Run, test_mode: bool = False) -> None:
        """state(test_mode=False)

        **Process** - Write the site's state document, each `--state-period`; starts by itself. A new image
        is told at once, by `images`.

        Degraded while it cannot be written. `session['data']` is what it tells: `{"timestamp": 1600448753.9,
        "problems": ["dome1 was not heard yet"], "mount": {"is_fresh": True, "age_seconds": 0.4, ...}, ...}`.

        Args:
            test_mode (bool): Write once and end.

        """
        for _ in run.every(self.options.state_period):
            document = self._document()
            state = read_state(document)
            run.data = {
                "timestamp": state.written_unix,
                "site": state.site,
                "problems": list(state.problems),
                **{
                    name: dict(getattr(state, name))
                    for name in ("mount", "camera", "dome", "weather", "image")
                },
            }
            try:
                self.stores.table(state_table(self.code)).put(document)
            except StoreError as fault:
                run.degraded(str(fault))
                continue
            run.recovered()
            if test_mode:
                break

    @process(startup=True)
    def images(self, run: Run, test_mode: bool = False) -> None:
        """images(test_mode=False)

        **Process** - Put images into the store of objects and the image database; starts by itself.

        Each goes as `{site}/{file name}` with its JPEG picture and thumbnail, once, and is told on feed
        `stored`. Degraded while a store does not take them: they wait, also for the agent's next start.
        `session['data']` is `{"stored": 7, "waiting": 0, "refused": 0, "latest": {"name": ..., "key": ...}}`.

        Args:
            test_mode (bool): Store what there is and end.

        """
        try:
            for _ in run.every(self.options.images_period):
                latest = self.depot.standing.latest
                self.depot.work(run)
                if self.depot.standing.latest != latest:
                    self._write_now()
                if test_mode:
                    break
        finally:
            self.depot.close()

    def _write_now(self) -> None:
        """Tell at once that there is a new image; `state` says what keeps that from working."""
        with suppress(StoreError):
            self.stores.table(state_table(self.code)).put(self._document())

    def _document(self) -> dict[str, Any]:
        standing = self.depot.standing
        return encode_state(
            self.code,
            self.context.clock.time(),
            **self.ears.told(),
            image=standing.latest,
            image_count=standing.stored,
            backlog=standing.waiting,
        )

    def _depot(self) -> Depot:
        options, clock = self.options, self.context.clock
        directory = options.journal_dir or self.context.site.stores.directory / "journals"
        return Depot(
            Journal(directory / f"{self.context.instance_id}.sqlite"),
            Finder(options.image_dir, options.scan_period, clock),
            self.heard,
            Delivery(self.code, self.stores),
            Retry(options.retry_after, options.retry_longest, clock),
            self._announce,
        )

    def _announce(self, delivered: Delivered) -> None:
        self.stored.publish(delivered.as_message())
