"""Scripts that run inside Redis, each a file of Lua: those of `nexus` are here, those of chapters in notebooks/data."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import redis

from nexus import paths
from nexus.errors import NexusError

FOLDERS = (paths.NOTEBOOKS / "data", Path(__file__).parent)


def source(name: str) -> str:
    """The text of a script. Raises NexusError where there is none of that name."""
    known = {path.name: path for folder in FOLDERS for path in folder.glob("*.lua")}
    if name not in known:
        raise NexusError(f"no script {name!r}: there are {', '.join(sorted(known))}")
    return known[name].read_text(encoding="utf-8")


class Script:
    """A Lua script on one Redis. Shows its text; called, it runs as one step that nothing else can interrupt."""

    def __init__(self, client: "redis.Redis", text: str) -> None:
        self.text = text
        self._run = client.register_script(text)

    def __call__(self, keys: Sequence[str] = (), args: Sequence[Any] = ()) -> Any:
        """Run it with KEYS and ARGV. The text is sent once: from then on its digest names it (EVALSHA)."""
        return self._run(keys=keys, args=args)

    def __repr__(self) -> str:
        return self.text.rstrip()

    def _repr_markdown_(self) -> str:
        return f"```lua\n{self!r}\n```"
