"""Runs commands of the AWS CLI: one a line, as a JSON list of arguments; one line answers each.

A program of the environment in ``requirements.lock``. The commands share a process, because each
process of the CLI takes a second to start.
"""

from __future__ import annotations

import json
import sys
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO

from awscli.clidriver import create_clidriver


def main() -> None:
    """Answers ``{"code": 0, "out": .., "error": ..}``; to ``[]`` with all operations there are."""
    driver = create_clidriver()
    for line in sys.stdin:
        arguments = json.loads(line)
        out, error = StringIO(), StringIO()
        with redirect_stdout(out), redirect_stderr(error):
            if arguments:
                code = driver.main([*arguments, "--output", "json"])
            else:
                code = 0
                model = driver.session.get_service_model("datasync")
                out.write(json.dumps(list(model.operation_names)))
        answer = {"code": code, "out": out.getvalue(), "error": error.getvalue()}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
