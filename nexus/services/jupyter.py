"""JupyterLab, as one more server of the clone: on the loopback address, with a token, on the learner's copies."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import ClassVar

import requests

from nexus import environment, paths
from nexus.services import processes
from nexus.services.server import Server
from nexus.services.service import Service

# A terminal opens in the clone's folder, where `.venv/bin/nexus` is, and finds plain `nexus` too.
TERMINAL = ["sh", "-c", 'cd "$NEXUS_ROOT" && exec "${SHELL:-sh}"']
OVERRIDES = {
    # JupyterLab asks a foreign host for news and updates unless it is set not to.
    "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False},
    "@jupyterlab/apputils-extension:themes": {"adaptive-theme": True},  # dark where the system is
    "@jupyterlab/filebrowser-extension:browser": {"showLastModifiedColumn": False},  # room for the chapters' names
}
# A file of the learner's, such as work/redis.py, can be imported, and hides no library and none of our packages.
KERNEL_SETTINGS = """\
c.InteractiveShellApp.ignore_cwd = True
c.InteractiveShellApp.exec_lines = ["__import__('sys').path.append('')"]
"""


class Jupyter(Server):
    name: ClassVar[str] = "jupyter"
    programs: ClassVar[tuple[str, ...]] = processes.PYTHON
    refusals: ClassVar[str] = "^40[13]"

    def prepare(self) -> None:
        for folder, file, text in (
            ("share/jupyter/lab/settings", "overrides.json", json.dumps(OVERRIDES)),
            ("etc/ipython", "ipython_kernel_config.py", KERNEL_SETTINGS),
        ):
            place = Path(sys.prefix, folder)
            place.mkdir(parents=True, exist_ok=True)
            (place / file).write_text(text, encoding="utf-8")
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
        settings = {
            "JUPYTER_TOKEN": self.password(),
            "NEXUS_ROOT": str(paths.ROOT),
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
            "JUPYTER_RUNTIME_DIR": str(self.folder / "runtime"),
            "JUPYTERLAB_WORKSPACES_DIR": str(self.folder / "workspaces"),  # open tabs are this clone's own
            "JUPYTERLAB_SETTINGS_DIR": str(_look()),
            **own_folders(),
        }
        command = (sys.executable, "-m", "jupyterlab", *(f"--{key}={value}" for key, value in options.items()))
        env = environment.for_python(*environment.PERSON, **settings)
        return self._spawn(*command, cwd=self.folder, env=env, umask=-1)  # the learner's files are the learner's

    def service(self) -> Service:
        return Service(self.name, "embedded", f"http://127.0.0.1:{self.port()}/lab?token={self.password()}")

    @staticmethod
    def version(service: Service) -> str:
        answer = requests.get(service.url.replace("/lab?", "/api/status?"), timeout=5)
        answer.raise_for_status()
        return "JupyterLab"


def adopt_own_folders() -> None:
    """Let this process, too, and the kernels it starts, read nobody's settings of Jupyter, IPython and Python."""
    for name in [name for name in os.environ if name.startswith(("JUPYTER", "IPYTHON", "PYTHON"))]:
        del os.environ[name]
    os.environ.update(own_folders())


def own_folders() -> dict[str, str]:
    """Where Jupyter and IPython look for settings, kernels and extensions: in this clone, and not in a home folder.

    There, a base_url, an ast_node_interactivity or a start-up file would change what a chapter shows, or keep
    JupyterLab from answering. A learner's own kernels and extensions belong to another Python anyway.
    """
    folders = {name: paths.home() / "jupyter" / name for name in ("config", "data", "ipython")}
    for folder in folders.values():
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    names = {"config": "JUPYTER_CONFIG_DIR", "data": "JUPYTER_DATA_DIR", "ipython": "IPYTHONDIR"}
    return {names[name]: str(folder) for name, folder in folders.items()}


def _look() -> Path:
    """The learner's own theme, fonts and shortcuts: they change how JupyterLab looks, and nothing of what it runs."""
    config = os.environ.get("JUPYTER_CONFIG_DIR") or Path.home() / ".jupyter"
    return Path(os.environ.get("JUPYTERLAB_SETTINGS_DIR") or Path(config) / "lab" / "user-settings")
