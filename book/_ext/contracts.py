"""Sphinx extension: what a system answers to, as tables drawn from its checked-in descriptions.

``{endpoints} /api/v1/auth/ /api/v1/listings/`` reads systems/openapi.json; the prefixes say which part of it.
``{graphql-fields} Query Mutation`` reads systems/schema.graphql; the words are types. Who may ask for a field is taken
from the table in the code that decides it. ``{settings} ACCESS_MINUTES`` reads systems/settings.
``{used-in} /graphql/`` links to the chapters whose code names that address; while there is none, it shows what is
inside it.
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import django_models
import graphql
from docutils import nodes
from docutils_table import Cells, table
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.util.docutils import SphinxDirective

from nexus.command import chapters

DRAWN = ("colwidths-given", "drawn")
METHODS = ("get", "post", "put", "patch", "delete")


def operations(document: dict[str, Any], prefixes: Iterable[str]) -> Iterator[tuple[str, str, str, str]]:
    """Method, path, what it does and who may, of each operation below these paths."""
    for path, item in document["paths"].items():
        if path.startswith(tuple(prefixes)):
            for method in filter(item.__contains__, METHODS):
                operation = item[method]
                yield method.upper(), path, operation["description"], who(operation)


def who(operation: dict[str, Any]) -> str:
    """Who may call it, as far as its description says: no way to sign in among the ways means that none is needed."""
    return "anyone" if {} in operation.get("security", [{}]) else "signed in"


class Endpoints(SphinxDirective):
    """``{endpoints} prefix ...``: the operations below these paths."""

    required_arguments = 1
    final_argument_whitespace = True

    def run(self) -> list[nodes.Node]:
        """Make the table. Raises ExtensionError for a prefix below which there is nothing."""
        file = _noted(self, "openapi.json")
        document, prefixes = json.loads(file.read_text(encoding="utf-8")), self.arguments[0].split()
        for prefix in prefixes:
            if not list(operations(document, [prefix])):
                raise ExtensionError(f"{file.name} has nothing below {prefix}")
        rows: list[Sequence[Cells]] = []
        for method, path, does, may in operations(document, prefixes):
            call = [nodes.literal("", method, classes=["method"]), nodes.Text(" "), nodes.literal("", path)]
            rows.append((call, [nodes.Text(does)], [nodes.Text(may)]))
        return [table(("Method and path", "What it does", "Who may"), (38, 47, 15), rows, *DRAWN)]


class GraphqlFields(SphinxDirective):
    """``{graphql-fields} Type ...``: a table of fields for each of these types."""

    required_arguments = 1
    final_argument_whitespace = True

    def run(self) -> list[nodes.Node]:
        """Make the tables. Raises ExtensionError for a type that the schema has not."""
        schema = graphql.build_schema(_noted(self, "schema.graphql").read_text(encoding="utf-8"))
        made: list[nodes.Node] = []
        for name in self.arguments[0].split():
            if (kind := schema.get_type(name)) is None:
                raise ExtensionError(f"schema.graphql has no type {name}")
            # Above the table, not its caption, which the book would number.
            made += [nodes.rubric("", name), self._fields(kind)]
        return made

    def _fields(self, kind: Any) -> nodes.table:
        rows: list[Sequence[Cells]] = []
        for name, field in kind.fields.items():
            call: list[nodes.Node] = [nodes.literal("", name)]
            for place, (word, argument) in enumerate(field.args.items()):
                call += [nodes.Text(", " if place else ": "), nodes.literal("", f"{word}: {argument.type}")]
            answer = [nodes.literal("", str(field.type))]
            rows.append((call, answer, [nodes.Text(field.description or "")], [nodes.Text(roles(kind.name, name))]))
        heads = ("Field and arguments", "Answers", "What it does", "Who may")
        return table(heads, (34, 20, 31, 15), rows, *DRAWN)


def roles(kind: str, field: str) -> str:
    """The roles that may ask for this field."""
    django_models.registry()
    from systems.crm.graph.rights import RIGHTS

    return ", ".join(sorted(RIGHTS.get(f"{kind}.{field}", ()))) or "nobody"


class Settings(SphinxDirective):
    """``{settings} NAME ...``: what each setting is when nothing is said, and what it is about."""

    required_arguments = 1
    final_argument_whitespace = True

    def run(self) -> list[nodes.Node]:
        """Make the table. Raises ExtensionError for a setting that there is not, or of which nothing is said."""
        files = sorted((Path(self.env.srcdir) / "systems" / "settings").glob("*.py"))
        sources = [_noted(self, f"settings/{file.name}").read_text(encoding="utf-8") for file in files]
        known = dict(settings("\n".join(sources)))
        rows: list[Sequence[Cells]] = []
        for name in self.arguments[0].split():
            if name not in known:
                raise ExtensionError(f"systems/settings has no line for {name} with a comment above it")
            default, about = known[name]
            rows.append(([nodes.literal("", f"SYSTEMS_{name}")], [nodes.literal("", default)], [nodes.Text(about)]))
        return [table(("Setting", "Unless set", "What it is about"), (38, 14, 48), rows, *DRAWN)]


SETTING = re.compile(r'^# (.+)\n[A-Z_]+ = env\("([A-Z_]+)", .+, default=(.+?)\)$', re.MULTILINE)


def settings(source: str) -> Iterator[tuple[str, tuple[str, str]]]:
    """Name, default and comment of each setting that has the two, as they are in the source."""
    for about, name, default in SETTING.findall(source):
        yield name, (default.strip('"'), about)


class UsedIn(SphinxDirective):
    """``{used-in} address``: the chapters that use a system, found by an address in their code."""

    required_arguments = 1
    has_content = True

    def run(self) -> list[nodes.Node]:
        """Make the list of links, or parse what is inside."""
        links = nodes.bullet_list()
        for page in sorted(self.env.found_docs):
            source = Path(self.env.doc2path(page))
            if (
                source.suffix == ".ipynb"
                and not page.endswith("template")
                and self.arguments[0] in chapters.code(source)
            ):
                self.env.note_dependency(str(source))
                link = addnodes.pending_xref(refdomain="std", reftype="doc", reftarget=f"/{page}", refexplicit=False)
                link["refdoc"] = self.env.docname
                link += nodes.inline("", page)
                links += nodes.list_item("", nodes.paragraph("", "", link))
        return [links] if links.children else self.parse_content_to_nodes()


def _noted(directive: SphinxDirective, name: str) -> Path:
    """A description in systems/. A page that shows it is read again when it changes."""
    file = Path(directive.env.srcdir) / "systems" / name
    directive.env.note_dependency(str(file))
    return file


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the extension with Sphinx."""
    app.add_directive("endpoints", Endpoints)
    app.add_directive("graphql-fields", GraphqlFields)
    app.add_directive("settings", Settings)
    app.add_directive("used-in", UsedIn)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
