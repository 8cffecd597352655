"""Where the stores are, as a site file or the environment says."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class StoreAddresses:
    """Where each store is; an empty address is the embedded one, in `directory`.

    `queue`: `sqs://REGION?prefix=..&suffix=..`; `documents`: `dynamodb://REGION?prefix=..&suffix=..`;
    `objects`: `s3://BUCKET/PREFIX?region=..`; `images`: an SQLAlchemy URL, as
    `postgresql+psycopg://user@host/database`. `link_base` is where the embedded objects are served.
    """

    directory: Path
    queue: str = ""
    documents: str = ""
    objects: str = ""
    images: str = ""
    link_base: str = "http://127.0.0.1:8010/objects"
