"""Agents, a ledger and an archive as sets of numbers: what the planner is tested against."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from ocs_sim.collect import Answer, AskIndex, Index, Kept
from ocs_sim.wire import feed_address

BEGAN = 1000.0


@dataclass
class Told:
    boot_id: str
    feeds: dict[str, int]
    earlier: tuple[str, ...] = ()
    received: float = 0.0


class Numbers:
    """A ledger made of sets."""

    def __init__(self, since=BEGAN):
        self.since = since
        self.recorded = defaultdict(set)
        self.given_up = defaultdict(set)

    def feeds(self):
        return sorted({feed for feed, _ in [*self.recorded, *self.given_up]})

    def boots(self, feed_address):
        known = [*self.recorded, *self.given_up]
        return list(dict.fromkeys(boot for feed, boot in known if feed == feed_address))

    def next(self, feed_address, boot_id):
        key = feed_address, boot_id
        return 1 + max(self.recorded.get(key, set()) | self.given_up.get(key, set()), default=-1)

    def holes(self, feed_address, boot_id, upto):
        key = feed_address, boot_id
        known = self.recorded.get(key, set()) | self.given_up.get(key, set())
        holes = []
        for number in range(upto):
            if number not in known:
                if holes and holes[-1][1] == number - 1:
                    holes[-1] = (holes[-1][0], number)
                else:
                    holes.append((number, number))
        return holes

    def add(self, feed_address, boot_id, *numbers):
        self.recorded[feed_address, boot_id].update(numbers)

    def give_up(self, feed_address, boot_id, first, last):
        self.given_up[feed_address, boot_id].update(range(first, last + 1))


@dataclass
class Log:
    """What a publisher keeps of one feed and boot: `oldest` to `next - 1`, less what it could not send."""

    oldest: int = 0
    next: int = 0
    unsent: set[int] = field(default_factory=set)

    def has(self, number):
        return self.oldest <= number < self.next and number not in self.unsent


class Publisher:
    """An agent with some feeds; `boot` numbers its runs from a second before the archive's beginning on."""

    def __init__(self, address, feeds=("f", "g")):
        self.address = address
        self.names = feeds
        self.boot = -1
        self.earlier: dict[str, dict[str, Log]] = {}
        self.logs = {name: Log() for name in feeds}
        self.is_away = False

    @property
    def boot_id(self):
        return str(BEGAN + self.boot)

    def publish(self, feed, count=1):
        log = self.logs[feed]
        log.next += count
        return range(log.next - count, log.next)

    def restart(self, kept):
        """Begin a new boot; `kept` is what of each feed's log survives: a count of blocks from its oldest."""
        if kept:
            old = {
                name: Log(log.oldest, min(log.next, log.oldest + kept), log.unsent)
                for name, log in self.logs.items()
            }
            self.earlier[self.boot_id] = old
        else:
            self.earlier.clear()
        self.boot += 1
        self.logs = {name: Log() for name in self.names}

    def heartbeat(self, received):
        feeds = {name: log.next for name, log in self.logs.items()}
        return Told(self.boot_id, feeds, tuple(self.earlier), received)

    def log(self, feed, boot_id):
        return self.logs[feed] if boot_id == self.boot_id else self.earlier.get(boot_id, {}).get(feed)

    def index(self):
        def kept(logs):
            return {name: Kept(log.oldest, log.next) for name, log in logs.items()}

        return Index(self.boot_id, kept(self.logs), {boot: kept(logs) for boot, logs in self.earlier.items()})

    def answer(self, request, blocks_per_answer):
        """Return the numbers of an answer and the answer; None for a boot that it does not have."""
        log = self.log(request.feed, request.boot_id)
        if log is None:
            return None
        there = [number for number in range(request.first, request.last + 1) if log.has(number)]
        chosen = there[:blocks_per_answer]
        more = len(chosen) < len(there)
        covered = chosen[-1] if more else min(request.last, log.next - 1)
        sifted = frozenset(chosen) if request.sifted else None
        packed = tuple(b"x" * 1000 for _ in chosen)
        return chosen, Answer(log.oldest, log.next, packed, covered, more, sifted)


def carry_out(planner, publishers, ledger, now, blocks_per_answer=10, rejected=frozenset()):
    """Do once what the planner wants, without a fault; return the plan."""
    plan = planner.plan(now, ledger)
    for each in plan.gone:
        ledger.give_up(each.feed_address, each.boot_id, each.first, each.last)
    for ask in plan.asks:
        publisher = publishers[ask.agent_address]
        if publisher.is_away:
            planner.unreachable(ask, now)
        elif isinstance(ask, AskIndex):
            planner.indexed(ask, publisher.index())
        else:
            answered = publisher.answer(ask, blocks_per_answer)
            if answered is None:
                planner.refused(ask, now)
                continue
            taken = [
                number for number in answered[0] if (ask.feed_address, ask.boot_id, number) not in rejected
            ]
            ledger.add(ask.feed_address, ask.boot_id, *taken)
            planner.answered(ask, answered[1], now)
    planner.settled(plan.settling, now, ledger, excused=False)
    return plan


def address_of(publisher, feed="f"):
    return feed_address(publisher.address, feed)
