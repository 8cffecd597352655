"""What is expected of a document, and what is to change in it, as DynamoDB's expressions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from ocs_sim.stores._aws._values import encode_value


class Expression:
    """Names and values under placeholders: any name may be one of DynamoDB's hundreds of reserved words."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._values: dict[str, Any] = {}
        self._conditions: list[str] = []
        self._changes: dict[str, list[str]] = {}

    def name(self, field: str) -> str:
        """Return the placeholder of a field's name."""
        for placeholder, known in self._names.items():
            if known == field:
                return placeholder
        placeholder = f"#n{len(self._names)}"
        self._names[placeholder] = field
        return placeholder

    def value(self, value: Any) -> str:
        """Return a placeholder for a value."""
        placeholder = f":v{len(self._values)}"
        self._values[placeholder] = encode_value(value)
        return placeholder

    def require(self, condition: str) -> None:
        """Let the write happen only under this condition too."""
        self._conditions.append(condition)

    def expect(self, expected: Mapping[str, Any] | None) -> None:
        """Let the write happen only if fields are as expected; None means that there is no such field."""
        for field, value in (expected or {}).items():
            name = self.name(field)
            self.require(
                f"attribute_not_exists({name})" if value is None else f"{name} = {self.value(value)}"
            )

    def expect_alive(self, expires_key: str | None, now_unix: Decimal) -> None:
        """Let the write happen only if there is no document that has expired but is not yet removed."""
        if expires_key is not None:
            name = self.name(expires_key)
            number = f"attribute_type({name}, {self.value('N')})"
            self.require(f"(NOT {number} OR {name} > {self.value(now_unix)})")

    def change(
        self,
        set_to: Mapping[str, Any],
        add: Mapping[str, Any],
        append: Mapping[str, Sequence[Any]],
        remove: Iterable[str],
    ) -> None:
        """Say what the update does."""
        settings = [f"{self.name(field)} = {self.value(value)}" for field, value in set_to.items()]
        for field, more in append.items():
            name = self.name(field)
            old = f"if_not_exists({name}, {self.value([])})"
            settings.append(f"{name} = list_append({old}, {self.value(list(more))})")
        self._changes = {
            "SET": settings,
            "ADD": [f"{self.name(field)} {self.value(value)}" for field, value in add.items()],
            "REMOVE": [self.name(field) for field in remove],
        }

    def arguments(self) -> dict[str, Any]:
        """Return what boto3's methods take; a condition that fails is to be told with what is there."""
        changes = " ".join(f"{verb} {', '.join(parts)}" for verb, parts in self._changes.items() if parts)
        given = {
            "ConditionExpression": " AND ".join(self._conditions),
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD" if self._conditions else "",
            "UpdateExpression": changes,
            "ExpressionAttributeNames": self._names,
            "ExpressionAttributeValues": self._values,
        }
        return {name: content for name, content in given.items() if content}
