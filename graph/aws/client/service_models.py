"""What AWS has added to its services since the version of the SDK that is pinned.

The SDK drops members that its models lack from answers, and rejects them in requests. Its loader
merges files named ``service-2.sdk-extras.json`` into the models, which is how they are added here.
"""

from __future__ import annotations

import json
from functools import lru_cache
from importlib.resources import files
from typing import Any, Final

import botocore.session
from botocore.loaders import Loader, create_loader

from graph.aws.client.model_files import ModelFiles

_FOLDER: Final = files("graph.aws") / "sdk"
_DATASYNC: Final = _FOLDER / "datasync" / "2018-11-09" / "service-2.sdk-extras.json"
_LOADERS: Final = 2
"""By where the SDK's configuration says that models are, which is one place as a rule."""


def extend(session: botocore.session.Session) -> None:
    """Makes a session that has loaded no model yet load them with the additions.

    Reads nothing: the session asks for its loader when it needs it first.
    """
    session.lazy_register_component(
        "data_loader", lambda: _loader(session.get_config_variable("data_path"))
    )


def datasync_model() -> Any:
    """DataSync's service model with the additions, from a session of its own."""
    session = botocore.session.Session()
    extend(session)
    return session.get_service_model("datasync")


def datasync_additions() -> dict[str, Any]:
    """The additions to DataSync's model, in the structure of the model's file."""
    additions: dict[str, Any] = json.loads(_DATASYNC.read_text(encoding="utf-8"))["merge"]
    return additions


@lru_cache(_LOADERS)
def _loader(data_path: str | None) -> Loader:
    """Shared by the sessions of this process: it keeps each model that it has read."""
    loader = create_loader(data_path)
    loader.file_loader = ModelFiles()
    loader.search_paths.insert(0, str(_FOLDER))
    return loader
