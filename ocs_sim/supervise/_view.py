"""A child as the wire shows it."""

from __future__ import annotations

from typing import Any

from ocs_sim.supervise._unit import Unit


def describe(unit: Unit) -> list[dict[str, Any]]:
    """Return an entry for each agent of a unit: OCS's seven keys first, then ours."""
    machine = unit.machine
    usage = unit.usage if machine.alive else None
    shared = {
        "pid": machine.handle.pid if machine.handle else None,
        "ready": machine.ready,
        "since": machine.since,
        "waiting_for": list(unit.waiting_for),
        "problem": machine.problem,
        "restarts": machine.failures.restarts,
        "failures_in_a_row": machine.failures.in_a_row,
        "last_exit": machine.last_exit.text if machine.last_exit else None,
        "last_exit_code": machine.last_exit.code if machine.last_exit else None,
        "last_exit_time": machine.last_exit_time,
        "stderr_tail": list(machine.last_exit.output_tail) if machine.last_exit else [],
        "cpu_percent": usage.cpu_percent if usage else None,
        "rss_bytes": usage.rss_bytes if usage else None,
        "process_group": unit.child.process_group,
        "retired": unit.retired,
    }
    return [
        {
            "next_action": machine.state.value,
            "target_state": machine.target.value,
            "stability": machine.stability,
            "agent_class": member.agent_class + unit.child.class_suffix,
            "instance_id": member.instance_id,
            "operable": machine.operable,
            "restart_required": unit.restart_required,
            "last_heartbeat": unit.last_heartbeat.get(member.instance_id),
            **shared,
        }
        for member in unit.child.spec.members
    ]
