"""DataSync's JSON 1.1 surface.

moto parses requests and serialises answers with botocore's own service model, so that a method is
only the mapping between the two.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from botocore.model import OperationNotFoundError
from moto.core.responses import ActionResult, BaseResponse, EmptyResult
from moto.core.utils import camelcase_to_underscores
from moto.datasync.models import datasync_backends

from graph.sandbox.datasync.agents import AGENTS, Agent
from graph.sandbox.datasync.errors import InvalidRequestException
from graph.sandbox.datasync.kinds import KINDS
from graph.sandbox.datasync.lists import T, page
from graph.sandbox.datasync.models import DataSyncBackend
from graph.sandbox.datasync.parameters import tag_dict
from graph.sandbox.datasync.validation import check
from graph.sandbox.moto_internals import action_of


class DataSyncResponse(BaseResponse):  # type: ignore[misc]  # moto is not typed
    """One method per action. Those for the kinds of location are added below."""

    def __init__(self) -> None:
        super().__init__(service_name="datasync")
        self.automated_parameter_parsing = True

    def parse_parameters(self, request: Any) -> None:
        """Leaves an operation that the model does not have to ``call_action``, which refuses it."""
        try:
            super().parse_parameters(request)
        except OperationNotFoundError:
            self.params: dict[str, Any] = {}

    def call_action(self) -> Any:
        """Rejects requests that violate the service's model; moto only parses by it."""
        action = action_of(self)
        try:
            check(action, self.params)
        except InvalidRequestException as error:
            return self.serialized(ActionResult(error))
        if not hasattr(self, camelcase_to_underscores(action)):
            raise NotImplementedError(action)
        return super().call_action()

    @property
    def backend(self) -> DataSyncBackend:
        found: DataSyncBackend = datasync_backends[self.current_account][self.region]
        return found

    def list_agents(self) -> ActionResult:
        return self._page("Agents", self.backend.agents(), lambda agent: agent.summary())

    def create_agent(self) -> ActionResult:
        params = dict(self.params)
        made = self.backend.create_agent(params.pop("Tags", None), params)
        return ActionResult({"AgentArn": made.arn})

    def describe_agent(self) -> ActionResult:
        return ActionResult(self._agent().describe())

    def update_agent(self) -> ActionResult:
        agent = self._agent()
        agent.name = self.params.get("Name") or agent.name
        return EmptyResult()

    def delete_agent(self) -> ActionResult:
        AGENTS.delete(self._agent().arn, self.backend.account_id)
        return EmptyResult()

    def _agent(self) -> Agent:
        return AGENTS.get(self.params["AgentArn"], self.backend.account_id)

    def list_locations(self) -> ActionResult:
        found = self.backend.list_locations(self.params.get("Filters"))
        return self._page("Locations", found, lambda location: location.summary())

    def delete_location(self) -> ActionResult:
        self.backend.delete_location(self.params["LocationArn"])
        return EmptyResult()

    def create_task(self) -> ActionResult:
        return ActionResult({"TaskArn": self.backend.create_task(dict(self.params)).arn})

    def describe_task(self) -> ActionResult:
        return ActionResult(self.backend.task(self.params["TaskArn"]).describe())

    def update_task(self) -> ActionResult:
        params = dict(self.params)
        self.backend.update_task(params.pop("TaskArn"), params)
        return EmptyResult()

    def delete_task(self) -> ActionResult:
        self.backend.delete_task(self.params["TaskArn"])
        return EmptyResult()

    def list_tasks(self) -> ActionResult:
        found = self.backend.list_tasks(self.params.get("Filters"))
        return self._page("Tasks", found, lambda task: task.summary())

    def start_task_execution(self) -> ActionResult:
        started = self.backend.start_task_execution(dict(self.params))
        return ActionResult({"TaskExecutionArn": started.arn})

    def describe_task_execution(self) -> ActionResult:
        return ActionResult(self.backend.execution(self.params["TaskExecutionArn"]).describe())

    def update_task_execution(self) -> ActionResult:
        self.backend.update_task_execution(self.params["TaskExecutionArn"], self.params["Options"])
        return EmptyResult()

    def cancel_task_execution(self) -> ActionResult:
        self.backend.cancel_task_execution(self.params["TaskExecutionArn"])
        return EmptyResult()

    def list_task_executions(self) -> ActionResult:
        found = self.backend.list_task_executions(self.params.get("TaskArn"))
        return self._page("TaskExecutions", found, lambda execution: execution.summary())

    def tag_resource(self) -> ActionResult:
        self.backend.tag_resource(self.params["ResourceArn"], tag_dict(self.params["Tags"]))
        return EmptyResult()

    def untag_resource(self) -> ActionResult:
        self.backend.untag_resource(self.params["ResourceArn"], self.params["Keys"])
        return EmptyResult()

    def list_tags_for_resource(self) -> ActionResult:
        tags = self.backend.tagged.resource(self.params["ResourceArn"]).tags
        numbered = [NumberedTag(number, *tag) for number, tag in enumerate(tags.items(), 1)]
        return self._page("Tags", numbered, lambda tag: {"Key": tag.key, "Value": tag.value})

    def _page(self, key: str, items: list[T], shape: Callable[[T], dict[str, Any]]) -> ActionResult:
        chosen, token = page(items, self.params.get("MaxResults"), self.params.get("NextToken"))
        return ActionResult({key: [shape(item) for item in chosen], "NextToken": token})


class NumberedTag(NamedTuple):
    """A tag with its position in the list, which is the key of its pages."""

    serial: int
    key: str
    value: str


def _add_actions(kind: str, action: str) -> None:
    def create(self: DataSyncResponse) -> ActionResult:
        params = dict(self.params)
        made = self.backend.create_location(kind, params.pop("Tags", None), params)
        return ActionResult({"LocationArn": made.arn})

    def describe(self: DataSyncResponse) -> ActionResult:
        return ActionResult(self.backend.location(self.params["LocationArn"], kind).describe())

    def update(self: DataSyncResponse) -> ActionResult:
        params = dict(self.params)
        self.backend.update_location(kind, params.pop("LocationArn"), params)
        return EmptyResult()

    for verb, method in (("create", create), ("describe", describe), ("update", update)):
        setattr(DataSyncResponse, f"{verb}_location_{action}", method)


for _kind, _spec in KINDS.items():
    _add_actions(_kind, _spec.action)
