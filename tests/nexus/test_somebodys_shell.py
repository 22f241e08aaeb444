"""The lab in a shell, and a home folder, that hold settings of other programs: everything works, in each of them."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
import pytest

from nexus import paths
from nexus.services import Home
from tests.deploy.clones import Clone, clone_for

# What a learner's cells do. The session and the bare request must both be let in with the token.
OPEN = "import nexus, psycopg, requests\nlab = nexus.open('test-shell', needs={needs})"
POSTGRES = (
    "assert psycopg.connect(lab.url('postgres')).execute(\"select 'é'\").fetchone() == ('é',) and lab.sql('select 1')"
)
REDIS = "assert lab.redis.set('é', 'ü') and lab.redis.get('é') == 'ü'"
RABBITMQ = """channel = lab.amqp().channel()
channel.queue_declare('letters')
channel.basic_publish('', 'letters', b'hello')
assert channel.basic_get('letters')[2] == b'hello'
channel.connection.close()"""
API = """api = nexus.serve('api')
session, me = api.sign_in('guest@example.com'), api.url + '/api/v1/auth/me/'
assert session.get(me, timeout=30).json()['email'] == 'guest@example.com'
assert requests.get(me, headers=session.headers, timeout=30).status_code == 200
api.stop()"""
VALUES = "1\n__debug__"  # one output, the last one; and assertions are looked at

# What `make lab` and `make run` do, one after the other, in this shell.
LAB = """
import sys
from pathlib import Path
from nexus import services
from nexus.command import execution

services.use({needs})
lab = services.lab_home()
lab.hold()
lab.start([lab.server("jupyter")])
execution.run(Path(sys.argv[1]))
services.stop()
"""


@dataclass
class Shell:
    """A condition. variables: {home} is the home folder. files: in it. before: what the shell does first."""

    variables: dict[str, str] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    before: str = "true"
    folder: str = "nexus"
    rabbitmq: bool = False


NETRC = {".netrc": "default login somebody password something\n"}
CONDITIONS = {
    "a folder with signs": Shell(folder="course [2026] *? 'A\"s 100% #1 $HOME é/nexus ", rabbitmq=True),
    "libpq": Shell({
        "PGSSLMODE": "require", "PGHOSTADDR": "192.0.2.1", "PGOPTIONS": "-c statement_timeout=1",
        "PGSERVICE": "elsewhere", "PGTZ": "Asia/Tokyo", "PGCLIENTENCODING": "LATIN1", "PGREQUIREAUTH": "none",
    }),
    "a proxy and a netrc": Shell(
        {f"{name}_PROXY": "http://127.0.0.1:9" for name in ("HTTP", "HTTPS", "ALL")}, NETRC, rabbitmq=True
    ),
    "a proxy in small letters": Shell({"http_proxy": "http://127.0.0.1:9", "no_proxy": "example.com"}),
    "a netrc of another name": Shell({"NETRC": "{home}/.netrc"}, NETRC),
    "jupyter and ipython": Shell(
        {"JUPYTER_PREFER_ENV_PATH": "0"},
        {
            ".jupyter/jupyter_server_config.py": "c.ServerApp.base_url = '/mine/'\nc.ServerApp.port = 1\n",
            ".ipython/profile_default/ipython_config.py": "c.InteractiveShell.ast_node_interactivity = 'all'\n",
            ".ipython/profile_default/startup/first.py": "raise SystemExit('somebody else')\n",
            ".local/share/jupyter/kernels/python3/kernel.json":
                '{"argv": ["false"], "display_name": "mine", "language": "python"}',
        },
    ),
    "python": Shell(
        {"PYTHONWARNINGS": "error", "PYTHONOPTIMIZE": "1", "PYTHONSTARTUP": "{home}/start.py", "PYTHONPATH": "{home}"},
        {"start.py": "print('somebody')\n", "celery.py": "raise ImportError\n", "uvicorn.py": "raise ImportError\n"},
    ),
    "other servers": Shell(
        {
            "GUNICORN_CMD_ARGS": "--bind=0.0.0.0:1", "WEB_CONCURRENCY": "9", "DJANGO_SETTINGS_MODULE": "elsewhere",
            "RABBITMQ_NODENAME": "another@elsewhere", "RABBITMQ_CONFIG_FILE": "/nowhere", "ERL_FLAGS": "-name a@b.c",
            "ERL_EPMD_PORT": "1", "ALLOWED_HOSTS": "elsewhere", "DATABASE_URL": "sqlite://",
        },
        rabbitmq=True,
    ),
    "umask 077 and a private TMPDIR": Shell({"TMPDIR": "{home}"}, before="umask 077"),
    "a TMPDIR that is gone": Shell({"TMPDIR": "/dev/null/gone"}),
    "ulimit -n 256": Shell(before="ulimit -S -n 256"),
    "the locale C": Shell({"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}),
    "a locale of another encoding": Shell(
        {"LANG": "de_DE.ISO-8859-1", "LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}, rabbitmq=True
    ),
}  # fmt: skip
RARE = ("a proxy in small letters", "a netrc of another name", "a TMPDIR that is gone", "a locale of another encoding")


@pytest.fixture
def home(tmp_path: Path, condition: str) -> Iterator[Path]:
    """Where the lab keeps its own. Nothing is left running there."""
    folder = tmp_path / CONDITIONS[condition].folder
    yield folder
    for each in (folder / "lab", folder):
        Home(each).remove()


def variables(shell: Shell, tmp_path: Path, home: Path) -> dict[str, str]:
    """A bare environment, and the condition's own."""
    person = tmp_path / "home"
    person.mkdir()
    for name, text in shell.files.items():
        (person / name).parent.mkdir(parents=True, exist_ok=True)
        (person / name).write_text(text, encoding="utf-8")
        (person / name).chmod(0o600)
    theirs = {name: value.replace("{home}", str(person)) for name, value in shell.variables.items()}
    ours = {"NEXUS_HOME": str(home), "NEXUS_WORK": str(tmp_path / "work")}
    return {"PATH": os.environ["PATH"], "HOME": str(person), "LANG": "C.UTF-8", **ours, **theirs}


def chapter(folder: Path, needs: list[str]) -> Path:
    sources = [OPEN.format(needs=needs), POSTGRES, REDIS, *[RABBITMQ] * ("rabbitmq" in needs), API, VALUES]
    notebook = nbformat.v4.new_notebook()  # type: ignore[no-untyped-call]
    notebook.cells = [nbformat.v4.new_code_cell(source) for source in sources]  # type: ignore[no-untyped-call]
    nbformat.write(notebook, folder / "chapter.ipynb")  # type: ignore[no-untyped-call]
    return folder / "chapter.ipynb"


@pytest.mark.parametrize(
    "condition", [pytest.param(name, marks=[pytest.mark.prove] * (name in RARE)) for name in CONDITIONS]
)
def test_the_lab_works_in_a_shell_with(condition: str, tmp_path: Path, home: Path) -> None:
    shell = CONDITIONS[condition]
    needs = ["postgres", "redis", *["rabbitmq"] * shell.rabbitmq]
    script = [sys.executable, "-c", LAB.format(needs=needs), str(chapter(tmp_path, needs))]
    run = subprocess.run(
        ["sh", "-c", f'{shell.before}; exec "$@"', "sh", *script],
        cwd=paths.ROOT, env=variables(shell, tmp_path, home), stdout=-1, stderr=-2, encoding="utf-8",
    )  # fmt: skip
    assert run.returncode == 0, run.stdout[-3000:]
    last = nbformat.read(tmp_path / "chapter.ipynb", as_version=4).cells[-1]  # type: ignore[no-untyped-call]
    assert [output["data"]["text/plain"] for output in last.outputs] == ["True"]


@pytest.mark.prove
@pytest.mark.timeout(1800)
def test_an_ordinary_user_has_the_lab_in_each_of_them() -> None:
    with clone_for("ordinary", "course [2026] é") as clone:
        done(clone, "make", "install-all")
        here = str(clone.folder / Path(__file__).relative_to(paths.ROOT))
        done(clone, ".venv/bin/python", "-m", "pytest", "-q", "-m", "", "-k", "shell_with", here)
        done(clone, ".venv/bin/nexus", "up")
        said = done(Clone(clone.folder, None), ".venv/bin/nexus", "status")  # as root
        assert len(re.findall(r"^  process +\d+$", said, re.MULTILINE)) == 3
        done(clone, ".venv/bin/nexus", "down")


def done(clone: Clone, *command: str) -> str:
    run = clone.run(*command)
    said, _ = run.communicate()
    assert run.returncode == 0, said[-5000:]
    return str(said)
