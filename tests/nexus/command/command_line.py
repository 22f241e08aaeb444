"""The command line as tests use it: in this process, with what it says and its exit code."""

from click.testing import CliRunner, Result

from nexus.command.cli import main


def nexus(*arguments: str) -> Result:
    """Run a command; whatever escapes it but its own exit is raised here."""
    return CliRunner().invoke(main, arguments, catch_exceptions=False)


def one_line_error(result: Result) -> str:
    assert result.exit_code == 1
    assert result.output.count("\n") == 1, result.output
    assert result.output.startswith("Error: ")
    return result.output
