"""The original server's paths, over the same resolvers."""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

import orjson
from starlette.applications import Starlette
from starlette.requests import HTTPConnection, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from graph.context import Context
from graph.model.caller import Caller
from graph.model.errors import ApiError, Invalid, NotFound, Upstream
from graph.model.mover import Mover
from graph.resolvers import movers, operations, runs, scope
from rest_compat import wire
from rest_compat.errors import rendered

log = logging.getLogger(__name__)

Identify = Callable[[HTTPConnection, Mapping[str, Any] | None], Awaitable[Caller]]
MakeContext = Callable[[Caller, str], Context]
Handler = Callable[[Context, Request], Awaitable[Response]]

_ROOT: Final = "/v1/datasync"
_DELETE_SECONDS: Final = 900.0
_CORS: Final = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Headers": "X-Auth-Token",
}


def rest_app(
    identify: Identify, make_context: MakeContext, *, body_limit: int, version: str
) -> Starlette:
    """The application to be mounted at the root."""
    door = _Door(identify, make_context, body_limit)
    one = f"{_ROOT}/{{account}}/movers/{{group}}/{{name}}"
    public = {"Access-Control-Allow-Origin": "*"}

    async def ping(_request: Request) -> Response:
        return PlainTextResponse("pong", headers=public)

    async def tell_version(_request: Request) -> Response:
        return _json({"version": version, "githash": "", "buildstamp": ""}, headers=public)

    return Starlette(
        routes=[
            Route(f"{_ROOT}/ping", ping),
            Route("/v1/test/ping", ping),
            Route(f"{_ROOT}/version", tell_version),
            Route("/v1/test/version", tell_version),
            Route(f"{_ROOT}/flywheel", door({"*": _flywheel}), methods=None),
            Route(f"{_ROOT}/{{account}}/movers", door({"GET": _list}), methods=None),
            Route(
                f"{_ROOT}/{{account}}/movers/{{group}}",
                door({"GET": _list, "POST": _create}),
                methods=None,
            ),
            Route(one, door({"GET": _show, "PUT": _update, "DELETE": _delete}), methods=None),
            Route(f"{one}/runs", door({"GET": _list_runs}), methods=None),
            Route(f"{one}/runs/{{run}}", door({"GET": _show_run}), methods=None),
            Route("/{path:path}", door({"*": _nothing}), methods=None),
        ]
    )


class _Door:
    """What all paths share: preflight, token, method, errors."""

    def __init__(self, identify: Identify, make_context: MakeContext, body_limit: int) -> None:
        self._identify, self._make_context = identify, make_context
        self._body_limit = body_limit

    def __call__(self, handlers: Mapping[str, Handler]) -> _Endpoint:
        return _Endpoint(self, handlers)

    async def answer(self, request: Request, handlers: Mapping[str, Handler]) -> Response:
        if request.method == "OPTIONS":
            return Response(headers=_CORS)
        request_id = request.scope.get("request_id") or uuid.uuid4().hex
        try:
            caller = await self._identify(request, None)
            response = await self._handled(request, handlers, caller, request_id)
        except ApiError as error:
            response = rendered(error)
        except Exception:  # a border: no stack trace reaches a client
            log.exception("request %s", request_id)
            response = PlainTextResponse("internal error", 500)
        response.headers["X-Request-Id"] = request_id
        return response

    async def _handled(
        self, request: Request, handlers: Mapping[str, Handler], caller: Caller, request_id: str
    ) -> Response:
        method = "GET" if request.method == "HEAD" else request.method
        handler = handlers.get(method) or handlers.get("*")
        if handler is None:
            return PlainTextResponse(
                "method not allowed\n", 405, headers={"Allow": ", ".join(sorted(handlers))}
            )
        request.state.body = await self._body(request)
        if request.state.body is None:
            return PlainTextResponse("request body too large\n", 413)
        return await handler(self._make_context(caller, request_id), request)

    async def _body(self, request: Request) -> bytes | None:
        received = bytearray()
        async for part in request.stream():
            received += part
            if len(received) > self._body_limit:
                return None
        return bytes(received)


class _Endpoint:
    """An ASGI application a path, so that every method comes here and not to a 405 of another."""

    def __init__(self, door: _Door, handlers: Mapping[str, Handler]) -> None:
        self._door, self._handlers = door, handlers

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401 - ASGI
        response = await self._door.answer(Request(scope, receive), self._handlers)
        await response(scope, receive, send)


async def _list(context: Context, request: Request) -> Response:
    params = request.path_params
    found = await movers.list_movers(context, _account(context, request), params.get("group"))
    return _json([mover.name for mover in found], headers={"X-Items": str(len(found))})


async def _create(context: Context, request: Request) -> Response:
    account_id = _account(context, request)
    new = wire.read_new_mover(request.state.body, account_id, request.path_params["group"])
    operation = await movers.create_mover(context, new)
    return Response(
        status_code=202,
        media_type="application/json",
        headers={"X-Flywheel-Task": operation.id},
    )


async def _show(context: Context, request: Request) -> Response:
    mover = await _mover(context, request)
    return _json(wire.mover_json(await movers.show_mover(context, mover)))


async def _update(context: Context, request: Request) -> Response:
    state = wire.read_state(request.state.body)
    mover = await _mover(context, request)
    if state == "stop":
        await runs.stop_run(context, mover)
        return Response(status_code=204)
    run_arn = await runs.start_run(context, mover)
    return _json(run_arn.rpartition("/")[2])


async def _delete(context: Context, request: Request) -> Response:
    """Answers when it is done. A client that leaves does not undo it."""
    params, account_id = request.path_params, _account(context, request)
    operation = await movers.delete_named(context, account_id, params["group"], params["name"])
    ended = await operations.wait_for_operation(context, operation.id, _DELETE_SECONDS)
    if ended.failure:
        raise Upstream(ended.failure)
    return Response(status_code=204)


async def _list_runs(context: Context, request: Request) -> Response:
    refs = await runs.list_runs(context, (await _mover(context, request)).task_arn)
    return _json([ref.run_arn.rpartition("/")[2] for ref in refs])


async def _show_run(context: Context, request: Request) -> Response:
    mover = await _mover(context, request)
    try:
        run = await runs.find_run(context, mover, request.path_params["run"])
    except Invalid:
        raise NotFound("datasync run not found") from None
    return _json(wire.run_json(run))


async def _flywheel(context: Context, request: Request) -> Response:
    wanted = request.query_params.getlist("task")
    if not wanted:
        return Response(status_code=400)
    found = await asyncio.gather(
        *(operations.get_operation(context, task) for task in wanted), return_exceptions=True
    )
    shown = {}
    for task, operation in zip(wanted, found, strict=True):
        if isinstance(operation, NotFound):
            continue
        if isinstance(operation, BaseException):
            raise operation
        shown[task] = wire.flywheel_json(operation)
    return _json(shown)


async def _nothing(_context: Context, _request: Request) -> Response:
    return PlainTextResponse("404 page not found\n", 404)


def _account(context: Context, request: Request) -> str:
    """The account of a path. One that is not well-formed is not there."""
    try:
        return scope.account(context, request.path_params["account"]).account_id
    except Invalid as error:
        raise NotFound(error.message) from None


async def _mover(context: Context, request: Request) -> Mover:
    params = request.path_params
    account_id = _account(context, request)
    return await movers.find_mover(context, account_id, params["group"], params["name"])


def _json(content: object, headers: dict[str, str] | None = None) -> Response:
    return Response(orjson.dumps(content), media_type="application/json", headers=headers)
