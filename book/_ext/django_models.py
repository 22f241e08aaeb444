"""Sphinx extension: figures of the systems, drawn from their code.

``{data-model} listings bookings`` draws the tables of these apps and lists the rules that the database holds for them.
``{system-picture} listings bookings`` draws who speaks to whom: a client, the API, and where the data is.
"""

import os
import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any
from unittest.mock import patch

from docutils import nodes
from docutils.parsers.rst import directives
from matplotlib.patches import Rectangle
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from nexus.charts import COLOURS, INK, Chart
from nexus.diagram import Column, Diagram

# Nothing is asked at these addresses: whether a model has a column is known without a database.
THROW_AWAY = {
    "DJANGO_SETTINGS_MODULE": "systems.settings",
    "SYSTEMS_DATABASE_URL": "postgresql://none/none",
    "SYSTEMS_REDIS_URL": "redis://none",
    "SYSTEMS_SECRET_KEY": "0123456789 and this is for the drawing of figures alone",
}
# Of the picture, in inches.
WIDE, HEAD, LINE, APART, GAP = 4.6, 0.3, 0.22, 0.45, 0.25
CENTRED: Any = {"ha": "center", "va": "center_baseline", "fontsize": 10}
SHORT = {"timestamp with time zone": "timestamptz"}  # Postgres knows both names, and one fits into a figure


@cache
def registry() -> Any:
    """Django's registry of apps, with those of the systems in it."""
    with patch.dict(os.environ, THROW_AWAY):
        from django.apps import apps
        from django.conf import settings

        # Not django.setup(), which would also give the whole build Django's way of logging.
        apps.populate(settings.INSTALLED_APPS)
    return apps


def models(labels: Iterable[str]) -> list[Any]:
    """The models of these apps, in the order of their code. Raises LookupError for an app that there is not."""
    return [model for label in labels for model in registry().get_app_config(label).get_models()]


def tables(labels: Iterable[str]) -> dict[str, list[Column]]:
    """The columns of these apps' tables, and the key of each table of another app that they refer to."""
    own = models(labels)
    found = {model._meta.db_table: [_column(field) for field in model._meta.local_concrete_fields] for model in own}
    for model in own:
        for field in model._meta.local_concrete_fields:
            if field.is_relation and field.related_model not in own:
                other = field.related_model._meta
                found.setdefault(other.db_table, [_column(other.pk)])
    return found


def _column(field: Any) -> Column:
    from django.db import connection

    kind = str(field.db_parameters(connection)["type"])
    target = f"{field.related_model._meta.db_table}.{field.target_field.column}" if field.is_relation else None
    return Column(
        name=field.column,
        kind=SHORT.get(kind, kind),
        is_key=field.primary_key,
        is_unique=field.unique,
        is_optional=field.null,
        target=target,
    )


def rules(labels: Iterable[str]) -> Iterator[tuple[str, list[str]]]:
    """For each table that has any, the names of the rules that the database holds."""
    for model in models(labels):
        if model._meta.constraints:
            yield model._meta.db_table, [constraint.name for constraint in model._meta.constraints]


class DataModel(SphinxDirective):
    """``{data-model} app app ...``: the tables of these apps, and their rules."""

    required_arguments = 1
    final_argument_whitespace = True

    def run(self) -> list[nodes.Node]:
        """Draw them."""
        labels = self.arguments[0].split()
        diagram = Diagram(tables(labels))
        diagram.name = f"data-model-{'-'.join(labels)}"
        others = sorted(set(tables(labels)) - {model._meta.db_table for model in models(labels)})
        diagram.caption = "One colour for each foreign key."
        if others:
            diagram.caption += f" Of {' and '.join(others)} only the key is shown."
        figure = nodes.raw("", f'<div class="drawn">{diagram._repr_html_()}</div>', format="html")
        return [figure, self._rules(labels)]

    def _rules(self, labels: list[str]) -> nodes.definition_list:
        listed = nodes.definition_list(classes=["rules"])
        for table, names in rules(labels):
            said = nodes.paragraph()
            for name in names:
                said += [nodes.literal("", name), nodes.Text(", " if name != names[-1] else "")]
            term = nodes.term("", "", nodes.literal("", table))
            listed += nodes.definition_list_item("", term, nodes.definition("", said))
        return listed


def addresses(prefix: str) -> list[str]:
    """What answers below an address such as /api/v1/, each by the first part of its path."""
    registry()
    from django.urls import get_resolver

    for pattern in get_resolver("systems.urls").url_patterns:
        if f"/{pattern.pattern}" == prefix:
            parts = (re.match("[^/]*/?", route) for route in _routes(pattern.url_patterns))
            return list(dict.fromkeys(f"{prefix}{part[0]}" for part in parts if part))
    raise LookupError(f"nothing answers at {prefix}")


def _routes(patterns: Any, before: str = "") -> Iterator[str]:
    for pattern in patterns:
        route = f"{before}{pattern.pattern}"
        if hasattr(pattern, "url_patterns"):
            yield from _routes(pattern.url_patterns, route)
        else:
            yield route


class Picture(Chart):
    """Boxes from top to bottom: a client, the API with its addresses, and where its data is."""

    def __init__(self, name: str, speaks: str, paths: list[str], kept: dict[str, list[str]]) -> None:
        places = "; ".join(f"{', '.join(what)} in {where}" for where, what in kept.items())
        alt = f"A client speaks {speaks} to the API, which answers at {', '.join(paths)}. It keeps {places}."
        middle, low = _height(len(paths)), max(_height(len(what)) for what in kept.values())
        height = HEAD + 2 * APART + middle + low
        super().__init__(name, alt, caption="", width=WIDE, height=height + 0.1)
        self.axes.set(xlim=(-0.05, WIDE - 0.05), ylim=(-0.05, height + 0.05))
        self.axes.set_axis_off()
        self.figure.set_layout_engine("none")
        self.axes.set_position((0, 0, 1, 1))
        self._box(WIDE / 4, height, WIDE / 2 - 0.1, "A client", [])
        self._arrow(WIDE / 2, low + 2 * APART + middle, speaks)
        self._box(0, low + APART + middle, WIDE - 0.1, "The API", paths)
        each = (WIDE - 0.1 - GAP * (len(kept) - 1)) / len(kept)
        for place, (where, what) in enumerate(kept.items()):
            self._arrow(place * (each + GAP) + each / 2, low + APART, "")
            self._box(place * (each + GAP), low, each, where, what)

    def _box(self, left: float, top: float, width: float, title: str, lines: list[str]) -> None:
        height = _height(len(lines)) if lines else HEAD
        self.axes.add_patch(Rectangle((left, top - height), width, height, fill=False, edgecolor=INK, linewidth=1))
        self.axes.add_patch(Rectangle((left, top - HEAD), width, HEAD, facecolor=INK, alpha=0.12, linewidth=0))
        self.axes.text(left + width / 2, top - HEAD / 2, title, weight="bold", **CENTRED)
        for place, line in enumerate(lines):
            self.axes.text(left + width / 2, top - HEAD - (place + 0.8) * LINE, line, **CENTRED)

    def _arrow(self, x: float, top: float, says: str) -> None:
        style = {"arrowstyle": "<->", "color": COLOURS[0], "linewidth": 1.5, "shrinkA": 0, "shrinkB": 0}
        self.axes.annotate("", (x, top - APART), (x, top), arrowprops=style)
        self.axes.text(x + 0.1, top - APART / 2, says, va="center_baseline", fontsize=10)


def _height(lines: int) -> float:
    return HEAD + (lines + 0.6) * LINE


class SystemPicture(SphinxDirective):
    """``{system-picture} app app ...``: option ``at`` is where it answers, ``redis`` what it keeps there."""

    required_arguments = 1
    final_argument_whitespace = True
    option_spec = {  # noqa: RUF012 - docutils' own way
        "at": directives.unchanged_required,
        "speaks": directives.unchanged_required,
        "redis": directives.unchanged_required,
    }

    def run(self) -> list[nodes.Node]:
        """Draw it."""
        labels = self.arguments[0].split()
        kept = {"Postgres": list(tables(labels)), "Redis": [self.options["redis"]]}
        picture = Picture(f"picture-{labels[-1]}", self.options["speaks"], addresses(self.options["at"]), kept)
        return [nodes.raw("", f'<div class="drawn picture">{picture._repr_html_()}</div>', format="html")]


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the extension with Sphinx."""
    app.add_directive("data-model", DataModel)
    app.add_directive("system-picture", SystemPicture)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
