"""GraphQL over HTTP, audited from outside by graphql-http; and tried with queries that are made of the schema."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import nexus
from nexus import paths
from nexus.systems import Role

AUDITOR = ["graphql-http@1.23.1", "graphql@16.11.0"]  # pinned: a new audit is looked at before it counts
AUDIT = Path(__file__).with_name("graphql_http") / "audit.mjs"

pytestmark = [pytest.mark.prove, pytest.mark.timeout(1_200)]


@pytest.fixture(scope="module")
def served(worker_id: str) -> Iterator[Role]:
    lab = nexus.open(f"test-graphql-audits-{worker_id}", needs=("postgres", "redis"))
    served = nexus.serve("api", workers=2, access_minutes=600)
    yield served
    served.stop()
    lab.close()


@pytest.mark.skipif(not shutil.which("npm"), reason="needs Node.js and npm: sudo apt-get install nodejs npm")
def test_every_audit_passes(served: Role, tmp_path: Path) -> None:
    """All that must be, all that should be, and all that may be."""
    shutil.copy(AUDIT, tmp_path)
    install = ["npm", "install", "--no-audit", "--no-fund", "--no-save", *AUDITOR]
    subprocess.run(install, cwd=tmp_path, check=True, capture_output=True)
    audit = ["node", AUDIT.name, f"{served.url}/graphql/"]
    done = subprocess.run(audit, cwd=tmp_path, check=True, capture_output=True, encoding="utf-8")
    results = json.loads(done.stdout)
    assert [one for one in results if one["status"] != "ok"] == []
    assert len(results) == 61
    assert {one["name"].split()[0] for one in results} == {"MUST", "SHOULD", "MAY"}


def test_a_thousand_queries_of_the_schema_give_no_5xx(served: Role, tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    token = served.sign_in("manager@example.com").headers["Authorization"]
    command = [
        sys.executable, "-m", "schemathesis.cli", "run", f"{served.url}/graphql/",
        "--header", f"Authorization: {token if isinstance(token, str) else token.decode()}",
        "--checks", "no_fault_of_ours", "--max-examples", "100", "--seed", "1", "--continue-on-failure",
        "--report", "json", "--report-json-path", str(report),
    ]  # fmt: skip
    environment = {
        **os.environ,
        "NO_COLOR": "1",
        "PYTHONPATH": str(paths.ROOT),
        "SCHEMATHESIS_HOOKS": "tests.systems.schemathesis_graphql",
    }
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, check=False, encoding="utf-8")
    assert done.returncode == 0, done.stdout + done.stderr
    seen = json.loads(report.read_text(encoding="utf-8"))
    assert seen["operations"]["tested"] == seen["operations"]["total"] == 11
    assert seen["test_cases"]["generated"] >= 1_000
