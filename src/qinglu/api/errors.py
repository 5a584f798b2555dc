"""What only HTTP refuses: one type for each thing a client would tell apart, each with its status."""

from __future__ import annotations

from typing import ClassVar

from ..errors import QingluError
from ..text import Text


class HttpError(QingluError):
    """Something about the request itself. `status` is the answer's."""

    slug = "http"
    exit_code = 2
    status: ClassVar[int] = 400


class BadRequestError(HttpError):
    """A request that cannot be read: JSON that is none, a form that is broken."""

    slug = "bad-request"
    status = 400


class UnauthenticatedError(HttpError):
    """Something that asks for a user, and there is none."""

    slug = "unauthenticated"
    status = 401


class CsrfError(HttpError):
    """A change asked for with a cookie, but without the word that only our own pages know."""

    slug = "csrf"
    status = 403


class PasswordChangeError(HttpError):
    """A one-time password was used: it has to be changed before anything else."""

    slug = "password-change"
    status = 403


class NoRouteError(HttpError):
    """Nothing is at this address."""

    slug = "no-address"
    status = 404


class MethodError(HttpError):
    """The address does not know this method."""

    slug = "method-not-allowed"
    status = 405


class RequestTimeoutError(HttpError):
    """The body of a request came too slowly."""

    slug = "request-timeout"
    status = 408


class MediaTypeError(HttpError):
    """A body of another type than the address takes."""

    slug = "media-type"
    status = 415


class PreconditionError(HttpError):
    """A change that does not say which version it is made to."""

    slug = "precondition-required"
    status = 428


class ChangedError(HttpError):
    """``If-Match`` names another version than the one there is."""

    slug = "precondition-failed"
    status = 412


class BusyError(HttpError):
    """More at once than the server takes on."""

    slug = "busy"
    status = 429


class ProviderError(HttpError):
    """An identity provider that cannot be reached, or does not behave as one."""

    slug = "provider"
    status = 502


class InternalError(QingluError):
    """A mistake of ours. The log has the whole of it, under the id of the request."""

    slug = "internal"


def unauthenticated() -> UnauthenticatedError:
    """That a user is needed."""
    return UnauthenticatedError(
        Text("此操作需要登录", "this needs a user"),
        Text(
            "请登录，或在 Authorization 中给出令牌",
            "Sign in, or send a token in Authorization: Bearer ql_…",
        ),
    )
