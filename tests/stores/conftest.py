"""What all tests of stores have: AWS as emulated, and, for who asks for it, AWS."""

from tests.stores.aws.fixtures import (
    aws_backend,
    ministack,
    ministack_backend,
    moto,
    moto_backend,
    on_ministack,
    on_moto,
)

__all__ = [
    "aws_backend",
    "ministack",
    "ministack_backend",
    "moto",
    "moto_backend",
    "on_ministack",
    "on_moto",
]
