"""Who somebody is, once a token has said so."""

from __future__ import annotations

from dataclasses import dataclass

ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Identity:
    """A user: `user_id` is the token's `sub`, such as `google-oauth2|1123`; `roles` are whole words."""

    user_id: str
    roles: tuple[str, ...] = ()
    name: str = ""

    @property
    def is_admin(self) -> bool:
        """Whether one of the roles is exactly `admin`; `not-administrator` is not."""
        return ADMIN in self.roles

    def may_act_as(self, user_id: object) -> bool:
        """Return whether what this user sends may name `user_id` as the one who wants it."""
        return self.is_admin or user_id == self.user_id
