"""Events of one night."""

from ocs_sim.reservations import Event, format_time, parse_time

NIGHT = parse_time("2026-03-01T00:00:00Z")


def event(name="one", start=0, end=3600, who="ada", site="tst", **more):
    times = {"start": format_time(NIGHT + start), "end": format_time(NIGHT + end)}
    return Event.of({"event_id": name, **times, "site": site, "creator_id": who, **more})
