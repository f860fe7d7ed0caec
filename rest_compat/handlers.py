"""The handlers: they call resolvers and render the results as the original server did."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Final, TypeVar

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from graph.context import Context
from graph.model import names
from graph.model.audit import AuditAction, AuditTarget
from graph.model.errors import (
    AlreadyRunning,
    Conflict,
    Invalid,
    NotFound,
    NotRunning,
)
from graph.model.mover import Mover
from graph.model.operation import Operation, OperationFailure, OperationStep
from graph.model.verbs import Verb
from graph.resolvers import changes, movers, operations, runs, scope
from graph.resolvers.auditing import reading
from graph.runs.cancel import not_running
from rest_compat import events, requests, responses
from rest_compat.endpoint import Answer
from rest_compat.errors import RETRY_SECONDS

T = TypeVar("T")

_BIG: Final = 16_384
"""The size in bytes from which bodies are decoded in a thread, to keep the event loop free."""
_ANSWERING_SECONDS: Final = 0.5
"""Of a request's time, what is left for its response."""
_RUNNING: Final = "The mover has an active run. Stop it first."
_TASKS: Final = 200
_TASK_ID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


async def list_movers(context: Context, request: Request) -> Response:
    params = request.path_params
    found = await movers.list_movers(context, _account(context, request), params.get("group"))
    return answer([mover.name for mover in found], headers={"X-Items": str(len(found))})


async def create_mover(context: Context, request: Request) -> Response:
    account_id, group = request.path_params["account"], request.path_params["group"]
    target = AuditTarget(account_id=account_id, group=group)
    async with reading(context, AuditAction.CREATE_MOVER, target):
        scope.require_somewhere(context, Verb.WRITE)  # before a body is decoded, which may be large
        new = await _read(requests.read_new_mover, request.state.body, account_id, group)
        _well_formed(account_id)
    target = replace(target, mover_name=new.name)
    operation = await changes.create_mover(context, target, lambda: new)
    return Response(
        status_code=202,
        media_type="application/json",
        headers={"X-Flywheel-Task": operation.id},
    )


async def show_mover(context: Context, request: Request) -> Response:
    mover = await _mover(context, request)
    return answer(responses.mover_json(await movers.show_mover(context, mover)))


async def update_mover(context: Context, request: Request) -> Response:
    async with reading(context, AuditAction.OTHER, _target(request)):
        state = await _read(requests.read_state, request.state.body)
    if state == "stop":
        named = await _named(context, AuditAction.STOP_MOVER, request)
        try:
            await changes.stop_named(context, *named)
        except NotRunning:  # or already being cancelled, for which the original has no message
            raise not_running() from None
        return Response(status_code=204)
    named = await _named(context, AuditAction.START_MOVER, request)
    run_arn = await changes.start_named(context, *named)
    return answer(run_arn.rpartition("/")[2])


async def delete_mover(context: Context, request: Request) -> Response:
    """Responds when the mover is deleted, or says in time that the deletion continues.

    It also continues if the client disconnects; a repeated request joins it.
    """
    until = asyncio.get_running_loop().time() + request.state.seconds - _ANSWERING_SECONDS
    named = await _named(context, AuditAction.DELETE_MOVER, request)
    try:
        operation = await changes.delete_named(context, *named)
    except AlreadyRunning:
        raise AlreadyRunning(_RUNNING) from None
    left = until - asyncio.get_running_loop().time()
    return _deleted(await operations.wait_for_operation(context, operation.id, max(0.0, left)))


def _deleted(operation: Operation) -> Response:
    if not operation.ended:
        text = "The mover is still being deleted, and this continues. Repeat the request to wait."
        status = 504
    elif operation.failure:
        status, text = _not_deleted(operation.id, operation.failure)
    else:
        return Response(status_code=204)
    headers = {"X-Flywheel-Task": operation.id}
    if status == 504:  # noqa: PLR2004
        headers["Retry-After"] = RETRY_SECONDS
    return PlainTextResponse(text, status, headers=headers)


def _not_deleted(task: str, failure: OperationFailure) -> tuple[int, str]:
    """The status and text. AWS's own texts are not shown: the task's log has them."""
    if failure.code == AlreadyRunning.code:
        return 409, _RUNNING
    left = f"The mover could not be deleted completely (task {task})."
    if failure.code != Conflict.code:
        return 502, f"{left} Delete it again to continue where it stopped."
    if failure.step is OperationStep.ROLES:  # whose conflicts are described in our own words
        return 409, f"{left} {failure.message.removeprefix('failed to delete: ')}"
    return 409, f"{left} Its state does not allow it at present. The log of the task says why."


async def list_runs(context: Context, request: Request) -> Response:
    refs = await runs.list_runs_as_aws_does(context, (await _mover(context, request)).task_arn)
    return answer([ref.run_arn.rpartition("/")[2] for ref in refs])


async def show_run(context: Context, request: Request) -> Response:
    mover, run_id = await _mover(context, request), _run_id(request)
    return answer(responses.run_json(await runs.find_run(context, mover, run_id)))


async def follow_run(context: Context, request: Request) -> Answer:
    """Streams the states of a run. What can be refused is refused before the stream begins."""
    mover, run_id = await _mover(context, request), _run_id(request)
    run = await runs.find_run(context, mover, run_id)
    if request.method == "HEAD":
        return Response(media_type=events.MEDIA_TYPE)
    after = events.sequence_of(request.headers.get("last-event-id"))
    states = events.run_events(context, run.run_arn, after)
    stream: Answer = request.state.open_stream(context.caller, states)
    return stream


async def show_tasks(context: Context, request: Request) -> Response:
    """Operations by id, in the original's task format. Unknown ids are left out."""
    if "task" not in request.query_params:
        return Response(status_code=400)
    wanted = set(request.query_params.getlist("task"))
    ids = sorted(task for task in wanted if _TASK_ID.fullmatch(task))
    if len(ids) > _TASKS:
        raise Invalid(f"At most {_TASKS} tasks can be requested at once.")
    if len(ids) == 1:  # what clients poll, without a task for each
        found = [await _operation(context, ids[0])]
    else:
        found = await asyncio.gather(*(_operation(context, task) for task in ids))
    return answer({shown.id: responses.flywheel_json(shown) for shown in found if shown})


async def nothing(_context: Context, _request: Request) -> Response:
    return PlainTextResponse("404 page not found\n", 404)


def answer(content: object, headers: dict[str, str] | None = None) -> Response:
    """A JSON response with status 200."""
    return Response(responses.encoded(content), media_type="application/json", headers=headers)


async def _operation(context: Context, task: str) -> Operation | None:
    try:
        return await operations.get_operation(context, task)
    except NotFound:
        return None


def _account(context: Context, request: Request) -> str:
    """The account of a path, if the caller may see it. Raises NotFound."""
    return scope.require_account(context, _well_formed(request.path_params["account"])).account_id


async def _read(read: Callable[..., T], body: bytes, *more: str) -> T:
    """What a request's body holds."""
    if len(body) < _BIG:
        return read(body, *more)
    return await asyncio.to_thread(read, body, *more)


async def _named(context: Context, action: AuditAction, request: Request) -> tuple[str, str, str]:
    """Account, group and name of the mover that is to be changed. Raises NotFound."""
    account_id, group, name = _path(request)
    async with reading(context, action, _target(request)):
        _well_formed(account_id)
    return account_id, group, name


def _target(request: Request) -> AuditTarget:
    account_id, group, name = _path(request)
    return AuditTarget(account_id=account_id, group=group, mover_name=name)


def _path(request: Request) -> tuple[str, str, str]:
    params = request.path_params
    return params["account"], params["group"], params["name"]


def _well_formed(account_id: str) -> str:
    """An account id from a path. Raises NotFound, not Invalid, for one that cannot exist."""
    try:
        return names.account_id(account_id)
    except Invalid as error:
        raise NotFound(error.message) from None


def _run_id(request: Request) -> str:
    try:
        return names.run_id(request.path_params["run"])
    except Invalid:
        raise NotFound(scope.NO_RUN) from None


async def _mover(context: Context, request: Request) -> Mover:
    params = request.path_params
    account_id = _account(context, request)
    return await movers.find_mover(context, account_id, params["group"], params["name"])
