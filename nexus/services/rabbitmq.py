"""RabbitMQ as a private node, from the machine's own `rabbitmq-server` or from one that apt brought into the clone."""

import contextlib
import logging
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import ClassVar

import pika
import requests

from nexus import environment, paths
from nexus.errors import ServiceError
from nexus.services.ports import wait_for_port
from nexus.services.server import Server, write_private
from nexus.services.service import Service

# Without a handler of its own, Python prints pika's retries as errors in the middle of a page.
logging.getLogger("pika").addHandler(logging.NullHandler())

USER = "nexus"
HERE = Path("/proc/self/cwd")  # on Linux
# The clone's packages, by a link in the folder in which the node works: its scripts do not bear a space in their own
# path, nor Erlang a bracket.
PACKAGES = HERE / "packages"
# Debian's /usr/sbin/rabbitmq-server refuses ordinary users; the script behind it does not.
SCRIPT_PLACES = ("/usr/lib/rabbitmq/bin", f"{sys.prefix}/bin", "/opt/homebrew/sbin", "/usr/local/sbin")
ERLANG_OPTIONS = (
    "-kernel inet_dist_use_interface {127,0,0,1} "  # the port for other nodes listens on all addresses otherwise
    "+S 2:2 +sbwt none +sbwtdcpu none +sbwtdio none"  # two schedulers that sleep when idle: this is a laptop
)


class RabbitMQ(Server):
    name: ClassVar[str] = "rabbitmq"
    programs: ClassVar[tuple[str, ...]] = (
        "beam.smp", "rabbitmq-server", "erl", "erlexec", "erl_child_setup", "inet_gethost", "epmd"
    )  # fmt: skip
    ports: ClassVar[tuple[str, ...]] = ("port", "api", "nodes", "epmd")
    helpers: ClassVar[tuple[str, ...]] = ("epmd",)
    refusals: ClassVar[str] = "^40[13]|ACCESS_REFUSED"

    def program(self) -> Path:
        return find_script()

    def start(self) -> Service:
        """Start the node. Data that a node of ours was killed over, and cannot read again, are put aside, not lost.

        On a busy machine Erlang now and then crashes while it boots, so one crash is not taken for unreadable data.
        """
        find_script()  # a program that is gone makes no data unreadable
        with contextlib.suppress(ServiceError):
            return super().start()
        try:
            return super().start()
        except ServiceError:
            if not self._finished_a_start.exists():
                raise
            shutil.rmtree(self.folder / "data.broken", ignore_errors=True)
            self.data.rename(self.folder / "data.broken")
            return super().start()

    def prepare(self) -> None:
        script = find_script()
        if {"'", '"'} & {*str(self._place)}:  # a shell command of the node's would wait for the closing one
            raise ServiceError(f"rabbitmq can't work in a folder with a quote in its name: rename {self.folder}")
        if is_unpacked(script):
            link = self.folder / PACKAGES.name
            link.unlink(missing_ok=True)
            link.symlink_to(unpacked())
        self.data.mkdir(exist_ok=True)
        settings = {
            "listeners.tcp.1": f"127.0.0.1:{self.port()}",
            "management.tcp.ip": "127.0.0.1",
            "management.tcp.port": str(self.port("api")),
            "default_user": USER,
            "default_pass": self.password(),
            "log.file": "false",
            "log.console": "true",
            "log.console.level": "warning",
            "vm_memory_high_watermark.absolute": "512MB",
            **self.settings,
        }
        write_private(self.folder / "rabbitmq.conf", "".join(f"{key} = {value}\n" for key, value in settings.items()))
        (self.folder / "enabled_plugins").write_text("[rabbitmq_management].\n", encoding="utf-8")

    def launch(self) -> subprocess.Popen[bytes]:
        # A node that finds no port mapper starts one, which belongs to nobody and stays. Ours goes with the node, and
        # must answer before the node looks for it.
        mapper = (find_epmd(), "-port", str(self.port("epmd")), "-address", "127.0.0.1")
        process = self._spawn(*mapper, cwd=self.folder, env=self._environment())
        wait_for_port(self.port("epmd"), process)
        script = find_script()
        if is_unpacked(script):
            script = PACKAGES / script.relative_to(unpacked().resolve())
        return self._spawn(script, cwd=self.folder, env=self._environment())

    def service(self) -> Service:
        user = f"{USER}:{self.password()}@127.0.0.1"
        return Service(self.name, "embedded", f"amqp://{user}:{self.port()}/", f"http://{user}:{self.port('api')}")

    @staticmethod
    def version(service: Service) -> str:
        answer = requests.get(f"{service.api_url}/api/overview", timeout=5)
        answer.raise_for_status()
        pika.BlockingConnection(pika.URLParameters(service.url)).close()
        return f"RabbitMQ {answer.json()['rabbitmq_version']}"

    @property
    def _place(self) -> Path:
        """The folder, where it can be by a name without quotes: each process of the node works in it."""
        return HERE if HERE.exists() else self.folder

    def _environment(self) -> dict[str, str]:
        settings = {
            "PATH": search_path(PACKAGES),
            "LD_LIBRARY_PATH": ":".join(libraries()),
            "HOME": str(self._place),  # the node's secret cookie is kept in its home
            "ERL_EPMD_PORT": str(self.port("epmd")),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODENAME": "nexus@localhost",
            "RABBITMQ_DIST_PORT": str(self.port("nodes")),
            "RABBITMQ_CONF_ENV_FILE": str(self._place / "no-such-file"),  # not the machine's own settings
            "RABBITMQ_CONFIG_FILE": str(self._place / "rabbitmq.conf"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self._place / "enabled_plugins"),
            "RABBITMQ_MNESIA_BASE": str(self._place / "data"),
            "RABBITMQ_LOG_BASE": str(self._place),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": ERLANG_OPTIONS,
            "detached": "1",  # the start script then becomes the node, where it would else stay as its parent
        }
        return environment.chosen(**settings)


def unpacked() -> Path:
    """Where `nexus.services.apt` puts RabbitMQ and its Erlang: one place for the clone, whatever NEXUS_HOME is."""
    return paths.ROOT / ".nexus" / "packages"


def is_unpacked(script: Path) -> bool:
    return script.is_relative_to(unpacked().resolve())


def find_script() -> Path:
    """The machine's `rabbitmq-server`, else the clone's. Raises ServiceError with the command that brings one."""
    for folder in SCRIPT_PLACES:
        if os.access(script := Path(folder, "rabbitmq-server"), os.X_OK):
            return script
    if found := shutil.which("rabbitmq-server"):
        return Path(found)
    if os.access(script := unpacked() / "usr/lib/rabbitmq/bin/rabbitmq-server", os.X_OK):
        return script.resolve()
    raise ServiceError(f"rabbitmq-server is missing: {how_to_install()}, then try again")


def search_path(packages: Path) -> str:
    """The PATH on which the node finds its Erlang: that of the packages first, where the node is the clone's."""
    path = f"{os.environ.get('PATH', os.defpath)}:{sys.prefix}/bin"
    return f"{packages / 'usr/lib/erlang/bin'}:{path}" if is_unpacked(find_script()) else path


def libraries() -> list[str]:
    """Folders of what a clone's Erlang needs and the machine itself does not have."""
    return [str(folder) for folder in unpacked().glob("usr/lib/*-linux-gnu*") if is_unpacked(find_script())]


def find_epmd() -> Path:
    """Erlang's port mapper, on the PATH or in Erlang's own folder."""
    if found := shutil.which("epmd", path=search_path(unpacked())):
        return Path(found)
    ask = ["erl", "-noshell", "-eval", "io:put_chars(code:root_dir()), halt()."]
    env = environment.chosen()
    root = subprocess.run(ask, env=env, capture_output=True, encoding="utf-8", check=True).stdout
    return next(Path(root).glob("erts-*/bin/epmd"))


def how_to_install() -> str:
    """The one command that installs RabbitMQ on this machine."""
    if shutil.which("apt-get"):
        return "type `NEXUS_APT=1 make lab`"
    if shutil.which("brew"):
        return "type `brew install rabbitmq`"
    if os.environ.get("CONDA_PREFIX"):
        return "type `conda install -c conda-forge rabbitmq-server`"
    return "install RabbitMQ, or type `docker compose up -d --wait` in this folder"
