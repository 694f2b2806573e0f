"""`python -m backend.apidocs FILE`: write the OpenAPI document; `make api-docs` keeps docs/openapi.json with it."""

import base64
import json
import sys
from pathlib import Path
from typing import Any

from backend.app import create_app
from backend.bootstrap import build_deps
from backend.common.sealing import MASTER_KEY_BYTES
from backend.common.settings import Settings
from backend.common.tokens import SEED_BYTES
from backend.web import openapi

# Nothing is connected to and nothing is signed: the document depends on routes alone.
NOWHERE = "mongodb://127.0.0.1:1/?connect=false"


def text() -> str:
    """The document as it stands in docs/openapi.json."""
    return json.dumps(document(), ensure_ascii=False, indent=1) + "\n"


def document() -> dict[str, Any]:
    """The OpenAPI document of a service with default settings."""
    settings = Settings(
        app_env="test",
        mongodb_uri=NOWHERE,
        field_master_key=base64.b64encode(bytes(MASTER_KEY_BYTES)).decode(),
        token_keys=base64.b64encode(bytes(SEED_BYTES)).decode(),
    )
    deps = build_deps(settings)
    try:
        return openapi.of(create_app(deps))
    finally:
        deps.sealer.close()
        deps.client.close()


def main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        print("usage: python -m backend.apidocs FILE", file=sys.stderr)
        return 2
    Path(arguments[0]).write_text(text(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
