"""boto3's errors as those of the stores."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    NoCredentialsError,
    PartialCredentialsError,
    TokenRetrievalError,
)

from ocs_sim.stores._errors import LimitExceeded, NotProvisioned, StoreError, StoreUnreachable


class NoCredentials(StoreUnreachable):
    """{store} cannot be asked without credentials ({fault}): `aws configure` writes them, or set AWS_PROFILE,
    or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY."""


class AccessRefused(StoreError):
    """{store} refuses this to these credentials ({fault}): have the permission added, or use others."""


_MISSING = {
    "AWS.SimpleQueueService.NonExistentQueue",
    "QueueDoesNotExist",
    "ResourceNotFoundException",
    "NoSuchBucket",
}
_REFUSED = {
    "AccessDenied",
    "AccessDeniedException",
    "AllAccessDisabled",
    "AuthFailure",
    "ExpiredToken",
    "ExpiredTokenException",
    "IncompleteSignature",
    "InvalidAccessKeyId",
    "InvalidClientTokenId",
    "InvalidToken",
    "MissingAuthenticationToken",
    "NotAuthorized",
    "RequestExpired",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
    "403",
}
_BUSY = {
    "InternalError",
    "InternalFailure",
    "InternalServerError",
    "LimitExceededException",
    "OperationAborted",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestThrottledException",
    "RequestTimeout",
    "ServiceUnavailable",
    "SlowDown",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
    "TransactionInProgressException",
}
_TOO_MUCH = {
    "EntityTooLarge",
    "InvalidMessageContents",
    "KeyTooLongError",
    "MetadataTooLarge",
    "ValidationException",
}


def code_of(error: ClientError) -> str:
    """Return what the service calls its error, without the namespace that SQS's older protocol had."""
    return error.response.get("Error", {}).get("Code", "").rpartition("#")[2]


def is_missing(error: ClientError) -> bool:
    """Tell whether the queue, table or bucket is not there."""
    return code_of(error) in _MISSING


def says(error: ClientError) -> str:
    """Return the service's own words."""
    told = error.response.get("Error", {})
    return f"{told.get('Code', 'no code')}: {told.get('Message') or 'no message'}"


@contextmanager
def speaking_to(store: str, *, kind: str = "resource", name: str = "", what: str = "") -> Iterator[None]:
    """Let boto3's errors out as StoreErrors.

    Args:
        store: who is spoken to, as `the queue x`.
        kind: what is missing when it is missing, as `queue`.
        name: its name.
        what: what is stored, for when it is more than the service takes.
    """
    try:
        yield
    except ClientError as error:
        raise store_error(error, store, kind, name, what) from error
    except (NoCredentialsError, PartialCredentialsError, TokenRetrievalError) as error:
        raise NoCredentials(store=store, fault=str(error)) from error
    except BotoCoreError as error:
        raise StoreUnreachable(store=store, fault=str(error)) from error


def store_error(error: ClientError, store: str, kind: str, name: str, what: str) -> StoreError:
    """Return what an error of the service means here."""
    code, fault = code_of(error), says(error)
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if is_missing(error):
        return NotProvisioned(kind=kind, name=name)
    if code in _REFUSED:
        return AccessRefused(store=store, fault=fault)
    if code in _BUSY or status >= 500 or status == 429:
        return StoreUnreachable(store=store, fault=fault)
    if code in _TOO_MUCH:
        return LimitExceeded(what=what or f"What was given to {store}", fault=fault)
    return StoreError(fault=f"{store} says {fault}")


def no_client(service: str, region: str | None, error: Exception) -> StoreError:
    """Return why there is no client for a service."""
    return StoreUnreachable(store=f"{service} in {region or 'no region'}", fault=str(error))
