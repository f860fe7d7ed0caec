"""What AWS has added to its services since the version of the SDK that is pinned.

The SDK drops members that its models lack from answers, and rejects them in requests. Its loader
merges files named ``service-2.sdk-extras.json`` into the models, which is how they are added here.
"""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any, Final

import botocore.session
from botocore.loaders import Loader, create_loader

_FOLDER: Final = files("graph.aws") / "sdk"
_DATASYNC: Final = _FOLDER / "datasync" / "2018-11-09" / "service-2.sdk-extras.json"


def extend(session: botocore.session.Session) -> None:
    """Makes a session that has loaded no model yet load them with the additions.

    Reads nothing: the session creates its loader when it needs it first.
    """

    def create() -> Loader:
        loader = create_loader(session.get_config_variable("data_path"))
        loader.search_paths.insert(0, str(_FOLDER))
        return loader

    session.lazy_register_component("data_loader", create)


def datasync_model() -> Any:
    """DataSync's service model with the additions, from a session of its own."""
    session = botocore.session.Session()
    extend(session)
    return session.get_service_model("datasync")


def datasync_additions() -> dict[str, Any]:
    """The additions to DataSync's model, in the structure of the model's file."""
    additions: dict[str, Any] = json.loads(_DATASYNC.read_text(encoding="utf-8"))["merge"]
    return additions
