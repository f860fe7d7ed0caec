"""Failures of an execution, with the codes and texts of the service."""

from __future__ import annotations


class Failure(Exception):
    """Ends an execution as ERROR."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


class Cancelled(Failure):
    """The execution was cancelled, which AWS reports as ERROR."""

    def __init__(self) -> None:
        super().__init__("ExecutionCancelled", "The task execution was cancelled.")


class RoleUnusable(Failure):
    """DataSync cannot assume the role of a location."""

    def __init__(self, role_arn: str) -> None:
        super().__init__(
            "SyncTaskErrorLocationNotAdded",
            "Unable to assume role. Reason: Access denied when calling sts:AssumeRole; "
            f"roleName={role_arn.rpartition('/')[2]}, roleArn={role_arn}",
        )
