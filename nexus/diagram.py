"""An entity-relationship diagram, drawn from what the database says of its own tables."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy

from nexus.charts import INK, Chart

# All in inches, which are the diagram's coordinates.
ROW, PAD, BOX, GUTTER, LANE, FOOT = 0.26, 0.3, 2.7, 1.6, 0.2, 0.09


@dataclass(frozen=True)
class Column:
    """One column of a table. target: the "table.column" that it refers to, where it is a foreign key."""

    name: str
    kind: str
    is_key: bool
    is_optional: bool
    target: str | None


@dataclass(frozen=True)
class Box:
    """A table and where it stands: its upper corner on the side of the gutter, through which the references run."""

    table: str
    columns: list[Column]
    x: float
    top: float
    side: int  # 1: left of the gutter, -1: right of it

    def y(self, column: str) -> float:
        """The height of a column's row."""
        place = [each.name for each in self.columns].index(column)
        return self.top - (place + 1.5) * ROW


class Diagram(Chart):
    """The tables in two stacks, and a line for each foreign key: crow's foot "many", bar "one", ring "or none".

    references: those lines in words, such as "bookings.listing_id -> listings.id".
    """

    def __init__(self, tables: dict[str, list[Column]]) -> None:
        boxes = _placed(tables)
        self.references = sorted(
            f"{table}.{column.name} -> {column.target}"
            for table, columns in tables.items()
            for column in columns
            if column.target
        )
        names = "; ".join(f"{table} ({', '.join(c.name for c in columns)})" for table, columns in tables.items())
        alt = f"Entity-relationship diagram. Tables: {names}. References: {', '.join(self.references)}."
        height = PAD - min(box.top - (len(box.columns) + 1) * ROW for box in boxes.values())
        super().__init__("diagram", alt, width=2 * BOX + GUTTER + 0.1, height=height)
        self.axes.set(xlim=(-0.05, 2 * BOX + GUTTER + 0.05), ylim=(0.05 - height, 0.05))
        self.axes.set_axis_off()
        self.figure.set_layout_engine("none")
        self.axes.set_position((0, 0, 1, 1))
        for box in boxes.values():
            self._draw_table(box)
        self._draw_references(boxes)

    def _repr_html_(self) -> str:
        # Small print does not shrink well: on a phone the diagram keeps its size and is pushed sideways.
        return (
            super()
            ._repr_html_()
            .replace("<figure ", '<figure tabindex="0" ', 1)
            .replace("margin:0", "margin:0;overflow-x:auto", 1)
            .replace("<svg ", '<svg style="min-width:34rem" ', 1)
        )

    def _draw_table(self, box: Box) -> None:
        left, height = box.x - BOX if box.side == 1 else box.x, (len(box.columns) + 1) * ROW
        outline: dict[str, Any] = {"fill": False, "edgecolor": INK, "linewidth": 1}
        self.axes.add_patch(_rectangle(left, box.top - height, height, **outline))
        self.axes.add_patch(_rectangle(left, box.top - ROW, ROW, facecolor=INK, alpha=0.12, linewidth=0))
        self._write(left + 0.1, box.top - ROW / 2, box.table, weight="bold")
        for column in box.columns:
            mark = "key" if column.is_key else ""
            self._write(left + 0.1, box.y(column.name), column.name)
            self._write(left + 1.25, box.y(column.name), column.kind, alpha=0.7)
            self._write(left + BOX - 0.1, box.y(column.name), mark, ha="right", style="italic", alpha=0.7)

    def _write(self, x: float, y: float, text: str, **style: Any) -> None:
        self.axes.text(x, y, text, va="center_baseline", fontsize=10, **style)

    def _draw_references(self, boxes: dict[str, Box]) -> None:
        lines = [(box, column) for box in boxes.values() for column in box.columns if column.target]
        for number, (box, column) in enumerate(lines):
            table, _, key = str(column.target).partition(".")
            one, many = (boxes[table].x, boxes[table].y(key)), (box.x, box.y(column.name))
            lane = BOX + GUTTER / 2 + LANE * (number - (len(lines) - 1) / 2)
            colour = f"C{number}"
            self.axes.plot([many[0], lane, lane, one[0]], [many[1], many[1], one[1], one[1]], color=colour, lw=1.5)
            for toe in (-FOOT, FOOT):
                self.axes.plot(
                    [many[0], many[0] + box.side * 1.6 * FOOT], [many[1] + toe, many[1]], color=colour, lw=1.5
                )
            bar = one[0] + boxes[table].side * FOOT
            self.axes.plot([bar, bar], [one[1] - FOOT, one[1] + FOOT], color=colour, lw=1.5)
            if column.is_optional:
                ring = bar + boxes[table].side * FOOT
                self.axes.plot([ring], [one[1]], marker="o", ms=6, mfc="none", color=colour)


def draw(engine: sqlalchemy.Engine, tables: tuple[str, ...]) -> Diagram:
    """The diagram of these tables, or of all, as the database's catalogue has them now."""
    inspector = sqlalchemy.inspect(engine)
    return Diagram({table: _columns(inspector, table) for table in tables or sorted(inspector.get_table_names())})


def _columns(inspector: sqlalchemy.Inspector, table: str) -> list[Column]:
    keys = inspector.get_pk_constraint(table)["constrained_columns"]
    targets = {
        column: f"{foreign['referred_table']}.{target}"
        for foreign in inspector.get_foreign_keys(table)
        for column, target in zip(foreign["constrained_columns"], foreign["referred_columns"], strict=True)
    }
    return [
        Column(
            each["name"], str(each["type"]).lower(), each["name"] in keys, each["nullable"], targets.get(each["name"])
        )
        for each in inspector.get_columns(table)
    ]


def _placed(tables: dict[str, list[Column]]) -> dict[str, Box]:
    """The tables in the order given, each on the stack that is shorter so far."""
    used = {1: 0.0, -1: 0.0}
    boxes = {}
    for table, columns in tables.items():
        side = 1 if used[1] <= used[-1] else -1
        boxes[table] = Box(table, columns, BOX if side == 1 else BOX + GUTTER, -used[side], side)
        used[side] += (len(columns) + 1) * ROW + PAD
    return boxes


def _rectangle(left: float, bottom: float, height: float, **style: Any) -> Any:
    from matplotlib.patches import Rectangle

    return Rectangle((left, bottom), BOX, height, **style)
