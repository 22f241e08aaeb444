"""Scripts that run inside Redis: a file of Lua in notebooks/data, to be read in a chapter and called from it."""

from collections.abc import Sequence
from typing import Any

import redis

from nexus import paths
from nexus.errors import NexusError

FOLDER = paths.NOTEBOOKS / "data"


def source(name: str) -> str:
    """The text of a script in notebooks/data. Raises NexusError where there is none of that name."""
    known = sorted(path.name for path in FOLDER.glob("*.lua"))
    if name not in known:
        raise NexusError(f"no script {name!r} in notebooks/data: it has {', '.join(known)}")
    return (FOLDER / name).read_text(encoding="utf-8")


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
