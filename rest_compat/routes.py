"""The paths of the original server, served by the same resolvers as GraphQL."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib.resources import files
from typing import Final

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from graph.concurrency import ReceivedBytes
from graph.observability.version import Version
from rest_compat import handlers
from rest_compat.clean_paths import CleanPaths
from rest_compat.endpoint import (
    ANY,
    Charge,
    Handler,
    Identify,
    MakeContext,
    OpenStream,
    Protected,
    PublicHandler,
    public,
)

ROOT: Final = "/v1/datasync"
_ALIASES: Final = (ROOT, "/v1/test")
"""The original's README documents the public paths under the second prefix."""
_MOVERS: Final = f"{ROOT}/{{account}}/movers"
_MOVER: Final = f"{_MOVERS}/{{group}}/{{name}}"
_ANYONE: Final = {"Access-Control-Allow-Origin": "*"}

PATHS: Final[Mapping[str, Mapping[str, Handler]]] = {
    f"{ROOT}/flywheel": {ANY: handlers.show_tasks},
    _MOVERS: {"GET": handlers.list_movers},
    f"{_MOVERS}/{{group}}": {"GET": handlers.list_movers, "POST": handlers.create_mover},
    _MOVER: {
        "GET": handlers.show_mover,
        "PUT": handlers.update_mover,
        "DELETE": handlers.delete_mover,
    },
    f"{_MOVER}/runs": {"GET": handlers.list_runs},
    f"{_MOVER}/runs/{{run}}": {"GET": handlers.show_run},
    f"{_MOVER}/runs/{{run}}/events": {"GET": handlers.follow_run},
}
"""The paths that need a token, with a handler per method."""


def rest_app(  # noqa: PLR0913 - what it is made of
    identify: Identify,
    make_context: MakeContext,
    charge: Charge,
    *,
    open_stream: OpenStream,
    body_limit: int,
    bodies: ReceivedBytes,
    seconds: float,
    stopping: Callable[[], bool],
    version: Version,
    metrics: PublicHandler,
) -> RestApp:
    """The REST application, for all paths that nothing else serves."""
    protected = Protected(
        identify,
        make_context,
        charge,
        open_stream=open_stream,
        body_limit=body_limit,
        bodies=bodies,
        seconds=seconds,
        stopping=stopping,
    )
    routes = [
        Route(f"{alias}/{name}", public(handler))
        for alias in _ALIASES
        for name, handler in {
            "ping": _ping,
            "version": _version(version),
            "metrics": metrics,
        }.items()
    ]
    routes.append(Route(f"{ROOT}/openapi.json", public(_openapi())))
    routes += [Route(path, protected(by_method)) for path, by_method in PATHS.items()]
    return RestApp(routes, nothing=protected({ANY: handlers.nothing}))


class RestApp:
    """Finds the paths without parameters by looking them up, the others by their patterns.

    A path with a trailing slash is a different path, which does not exist.
    """

    def __init__(self, routes: Sequence[Route], nothing: ASGIApp) -> None:
        """``nothing`` responds for all other paths."""
        self._whole = {route.path: route for route in routes if not route.param_convertors}
        self.paths = {route.path for route in routes}
        patterns = [route for route in routes if route.param_convertors]
        router = Router(patterns, redirect_slashes=False, default=nothing)
        self._others = CleanPaths(router, nothing)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["route"] = route = self._whole.get(scope["path"])  # as Starlette's router does
        app = self._others if route is None else route.app
        await app(scope, receive, send)


async def _ping(_request: Request) -> Response:
    return PlainTextResponse("pong", headers=_ANYONE)


def _version(version: Version) -> PublicHandler:
    body = {
        "version": version.version,
        "githash": version.githash,
        "buildstamp": version.buildstamp,
    }

    async def show(_request: Request) -> Response:
        return handlers.answer(body, headers=_ANYONE)

    return show


def _openapi() -> PublicHandler:
    document = files("rest_compat").joinpath("openapi.json").read_bytes()

    async def show(_request: Request) -> Response:
        return Response(document, media_type="application/json", headers=_ANYONE)

    return show
