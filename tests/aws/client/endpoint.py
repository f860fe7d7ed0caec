"""An HTTP server in place of AWS, for answers that the sandbox cannot give."""

from __future__ import annotations

import json

from aiohttp import web

from tests.aws.client import examples


class Endpoint:
    """An HTTP server in place of AWS: it assumes roles, and answers all else as it is told."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self.sts = b""
        self.body, self.headers, self.status = b"", {"Content-Type": "text/html"}, 200
        self.asked = 0
        self.user_agents: set[str] = set()

    def fail(self, service: str, code: str, text: str) -> None:
        """Every call to the service is refused with a code, or with a bare HTTP status."""
        self.asked = 0
        if code.isdecimal():
            self.status, self.body = int(code), b""
        elif service in ("iam", "sts"):
            error = f"<Error><Code>{code}</Code><Message>{text}</Message></Error>"
            self.status, self.body = 403, f"<ErrorResponse>{error}</ErrorResponse>".encode()
        else:
            self.status = 400
            self.body = json.dumps({"__type": f"com.amazon#{code}", "message": text}).encode()

    async def answer(self, request: web.Request) -> web.Response:
        form = await request.text()
        self.user_agents.add(request.headers["User-Agent"])
        if "Action=AssumeRole" in form:
            return web.Response(body=self.sts or credentials(), content_type="text/xml")
        self.asked += 1
        return web.Response(body=self.body, headers=self.headers, status=self.status)


def credentials() -> bytes:
    model = examples.operation("sts", "AssumeRole")
    given = examples.answer(model)
    given["Credentials"]["Expiration"] = "2100-01-01T00:00:00Z"
    return examples.encoded(model, given)
