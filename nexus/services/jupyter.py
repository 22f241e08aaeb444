"""JupyterLab, as one more server of the clone: on the loopback address, with a token, on the learner's copies."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import ClassVar

import requests

from nexus import paths
from nexus.services.server import Server
from nexus.services.service import Service

# A terminal opens in the clone's folder, where `.venv/bin/nexus` is, and finds plain `nexus` too.
TERMINAL = ["sh", "-c", 'cd "$NEXUS_ROOT" && exec "${SHELL:-sh}"']
OVERRIDES = {
    # JupyterLab asks a foreign host for news and updates unless told not to.
    "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False},
    "@jupyterlab/apputils-extension:themes": {"adaptive-theme": True},  # dark where the system is
    "@jupyterlab/filebrowser-extension:browser": {"showLastModifiedColumn": False},  # room for the chapters' names
}


class Jupyter(Server):
    name: ClassVar[str] = "jupyter"
    # Under which of its names a Python runs differs between systems.
    programs: ClassVar[tuple[str, ...]] = (Path(sys.executable).name, Path(sys.executable).resolve().name, "Python")

    def prepare(self) -> None:
        settings = Path(sys.prefix, "share", "jupyter", "lab", "settings")
        settings.mkdir(parents=True, exist_ok=True)
        (settings / "overrides.json").write_text(json.dumps(OVERRIDES))
        paths.WORK.mkdir(exist_ok=True)

    def launch(self) -> subprocess.Popen[bytes]:
        options = {
            "ServerApp.ip": "127.0.0.1",
            "ServerApp.port": self.port(),
            "ServerApp.port_retries": 0,
            "ServerApp.open_browser": False,
            "ServerApp.root_dir": paths.WORK,
            "ServerApp.allow_root": os.geteuid() == 0,
            "ServerApp.terminado_settings": {"shell_command": TERMINAL},
            **self.settings,
        }
        # The token goes by the environment: a command line can be read by every user of the machine.
        environment = {
            "JUPYTER_TOKEN": self.password(),
            "NEXUS_ROOT": str(paths.ROOT),
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
            "JUPYTER_RUNTIME_DIR": str(self.folder / "runtime"),
            "JUPYTERLAB_WORKSPACES_DIR": str(self.folder / "workspaces"),  # open tabs are this clone's own
        }
        arguments = [f"--{key}={value}" for key, value in options.items()]
        command = (sys.executable, "-m", "jupyterlab", *arguments)
        return self._spawn(*command, cwd=self.folder, env={**os.environ, **environment})

    def service(self) -> Service:
        return Service(self.name, "embedded", f"http://127.0.0.1:{self.port()}/lab?token={self.password()}")

    @staticmethod
    def version(service: Service) -> str:
        answer = requests.get(service.url.replace("/lab?", "/api/status?"), timeout=5)
        answer.raise_for_status()
        return "JupyterLab"
