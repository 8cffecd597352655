"""Where an agent's logs go: lines of JSON to a file that rotates, text for people to stdout."""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import MutableMapping
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any

BYTES_PER_FILE = 10 * 2**20
OLD_FILES = 5
_FIELDS = ("agent", "op", "run")


class AgentLog(logging.LoggerAdapter[logging.Logger]):
    """The log of one agent; `extra` of a call is kept beside the agent's name."""

    def __init__(self, instance_id: str) -> None:
        super().__init__(logging.getLogger(f"agent.{instance_id}"), {"agent": instance_id})

    def process(self, msg: Any, kwargs: MutableMapping[str, Any]) -> tuple[Any, MutableMapping[str, Any]]:
        """Add the agent's name to what is logged."""
        kwargs["extra"] = {**(self.extra or {}), **(kwargs.get("extra") or {})}
        return msg, kwargs


def set_up_logging() -> None:
    """Log to stdout, at the level that the environment's LOGLEVEL names (info)."""
    level = logging.getLevelName(os.environ.get("LOGLEVEL", "info").upper())
    handler = _StdoutHandler()
    handler.setFormatter(_TextFormatter())
    # A full disk or a reader that is gone must not make an agent complain about its complaints.
    logging.raiseExceptions = False
    logging.captureWarnings(capture=True)
    root = logging.getLogger()
    root.setLevel(level if isinstance(level, int) else logging.INFO)
    root.addHandler(handler)


def log_to_file(log_dir: Path, address: str, instance_id: str) -> Path | None:
    """Log what concerns an agent to `{log_dir}/{address}.log`; None when that cannot be written."""
    path = log_dir / f"{address}.log"
    try:
        log_dir.mkdir(parents=True, exist_ok=True)
        handler = _LogFile(path, maxBytes=BYTES_PER_FILE, backupCount=OLD_FILES, encoding="utf-8")
    except OSError as fault:
        logging.getLogger(f"agent.{instance_id}").error("no log file %s: %s", path, fault)
        return None
    handler.setFormatter(_JsonFormatter())
    # What has no agent, as what the bus says, concerns all agents of a process.
    handler.addFilter(lambda record: getattr(record, "agent", instance_id) == instance_id)
    logging.getLogger().addHandler(handler)
    return path


class _StdoutHandler(logging.StreamHandler[Any]):
    def __init__(self) -> None:
        super().__init__(sys.stdout)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802, ARG002 - logging's name
        """Stop writing once the reader is gone, as after the HostMaster was killed."""
        logging.getLogger().removeHandler(self)
        # What the stream still holds must go somewhere, or Python complains of it at the end.
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, self.stream.fileno())
        os.close(nowhere)


class _LogFile(RotatingFileHandler):
    def emit(self, record: logging.LogRecord) -> None:
        """Write to the file of this name, even if somebody has moved or deleted the one that was open."""
        try:
            self._reopen_if_gone()
        except OSError:
            self.handleError(record)
        else:
            super().emit(record)

    def _reopen_if_gone(self) -> None:
        path = Path(self.baseFilename)
        if self.stream is not None:
            opened = os.fstat(self.stream.fileno())
            try:
                if os.path.samestat(path.stat(), opened):
                    return
            except FileNotFoundError:
                path.parent.mkdir(parents=True, exist_ok=True)
            self.stream.close()
        self.stream = self._open()


def _moment(record: logging.LogRecord) -> str:
    text = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


class _TextFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        """Return time, level, agent and message."""
        who = getattr(record, "agent", None) or record.name.rpartition(".")[2]
        trace = f"\n{self.formatException(record.exc_info)}" if record.exc_info else ""
        return f"{_moment(record)} {record.levelname:<7} {who} {record.getMessage()}{trace}"


class _JsonFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        """Return one line of JSON: time, level, logger, agent, op, run, message, traceback."""
        line = {"time": _moment(record), "level": record.levelname.lower(), "logger": record.name}
        line |= {key: getattr(record, key) for key in _FIELDS if hasattr(record, key)}
        line["message"] = record.getMessage()
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str)
