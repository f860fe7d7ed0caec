"""What the field for the credential makes of what is pasted there."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Final

from tests.clients.node import require_packages

MODULE: Final = Path(__file__).parents[2] / "ide" / "src" / "credential.js"
HASH: Final = "$2b$12$abcdefghijklmnopqrstuu5LoOQ1VS5v5d0Cz3pUUWyZ1mQ0vB8vG"
PASTED: Final = {
    "": None,
    "  ": None,
    HASH: {"X-Auth-Token": HASH},
    f" {HASH}\n": {"X-Auth-Token": HASH},
    f"x-auth-token:{HASH}": {"X-Auth-Token": HASH},
    "X-Auth-Token: any": {"X-Auth-Token": "any"},
    "a-key": {"Authorization": "Bearer a-key"},
    "a$2b$key": {"Authorization": "Bearer a$2b$key"},
    "authorization: Bearer a-key": {"Authorization": "Bearer a-key"},
}


def test_tokens_keys_and_whole_headers_are_told_apart() -> None:
    require_packages()
    program = (
        f"import {{ headersOf }} from {json.dumps(MODULE.as_uri())};"
        "console.log(JSON.stringify(JSON.parse(process.argv[1]).map(headersOf)));"
    )
    node = shutil.which("node")
    assert node is not None
    command = [node, "--input-type=module", "--eval", program, json.dumps(list(PASTED))]
    done = subprocess.run(command, capture_output=True, check=True, timeout=60)  # noqa: S603
    assert json.loads(done.stdout) == list(PASTED.values())
