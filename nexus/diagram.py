"""An entity-relationship diagram, drawn from what the database says of its own tables."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy
from matplotlib.patches import Rectangle

from nexus.charts import INK, Chart

# All in inches, which are the diagram's coordinates.
ROW, PAD, BOX, GUTTER, LANE, FOOT, APART = 0.26, 0.3, 2.7, 1.6, 0.2, 0.09, 0.1


@dataclass(frozen=True)
class Column:
    """One column of a table. target: the "table.column" that it refers to, where it is a foreign key."""

    name: str
    kind: str
    is_key: bool
    is_unique: bool  # by itself, so that at most one row refers to each target
    is_optional: bool
    target: str | None


@dataclass(frozen=True)
class Box:
    """A table and where it is: its upper corner on the side of the gutter, through which the references run."""

    table: str
    columns: list[Column]
    x: float
    top: float
    side: int  # the way into the gutter: 1 from its left, -1 from its right

    @property
    def height(self) -> float:
        return (len(self.columns) + 1) * ROW

    def y(self, column: str) -> float:
        """The height of a column's row."""
        place = [each.name for each in self.columns].index(column)
        return self.top - (place + 1.5) * ROW


@dataclass(frozen=True)
class End:
    """Where a line meets a table. side: as in Box."""

    x: float
    y: float
    side: int
    colour: str


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
        width, height = 2 * BOX + GUTTER + 0.1, 0.1 - min(box.top - box.height for box in boxes.values())
        super().__init__("diagram", alt, caption="One colour for each foreign key.", width=width, height=height)
        self.axes.set(xlim=(-0.05, width - 0.05), ylim=(0.05 - height, 0.05))
        self.axes.set_axis_off()
        self.figure.set_layout_engine("none")
        self.axes.set_position((0, 0, 1, 1))
        for box in boxes.values():
            self._draw_table(box)
        self._draw_references(boxes)

    def _draw_table(self, box: Box) -> None:
        left = box.x - BOX if box.side == 1 else box.x
        outline = Rectangle((left, box.top - box.height), BOX, box.height, fill=False, edgecolor=INK, linewidth=1)
        head = Rectangle((left, box.top - ROW), BOX, ROW, facecolor=INK, alpha=0.12, linewidth=0)
        self.axes.add_patch(outline)
        self.axes.add_patch(head)
        self._write(left + 0.1, box.top - ROW / 2, box.table, weight="bold")
        for column in box.columns:
            self._write(left + 0.1, box.y(column.name), column.name)
            self._write(left + 1.25, box.y(column.name), column.kind, alpha=0.7)
            if column.is_key:
                self._write(left + BOX - 0.1, box.y(column.name), "key", ha="right", style="italic", alpha=0.7)

    def _write(self, x: float, y: float, text: str, **style: Any) -> None:
        self.axes.text(x, y, text, va="center_baseline", fontsize=10, **style)

    def _draw_references(self, boxes: dict[str, Box]) -> None:
        lines = [(box, column) for box in boxes.values() for column in box.columns if column.target]
        for number, (box, column) in enumerate(lines):
            table, _, key = str(column.target).partition(".")
            target, colour = boxes[table], f"C{number}"
            # No two lines cover each other: each has a lane, and ends a little above or below the middle of its key.
            lane = BOX + GUTTER / 2 + LANE * (number - (len(lines) - 1) / 2)
            off = (1 if number % 2 else -1) * APART * (number // 2 + 1) / (len(lines) // 2 + 1)
            start = End(box.x, box.y(column.name), box.side, colour)
            end = End(target.x, target.y(key) + off, target.side, colour)
            self._line(colour, (start.x, start.y), (lane, start.y), (lane, end.y), (end.x, end.y))
            if column.is_unique:
                self._mark_one(start, or_none=True)
            else:
                self._mark_many(start)
            self._mark_one(end, or_none=column.is_optional)

    def _mark_many(self, end: End) -> None:
        for toe in (-FOOT, FOOT):
            self._line(end.colour, (end.x, end.y + toe), (end.x + end.side * 1.6 * FOOT, end.y))

    def _mark_one(self, end: End, or_none: bool) -> None:
        bar = end.x + end.side * FOOT
        self._line(end.colour, (bar, end.y - 0.8 * FOOT), (bar, end.y + 0.8 * FOOT))
        if or_none:
            self.axes.plot([bar + end.side * FOOT], [end.y], marker="o", ms=5, mfc="none", color=end.colour)

    def _line(self, colour: str, *points: tuple[float, float]) -> None:
        self.axes.plot([x for x, _ in points], [y for _, y in points], color=colour, lw=1.5)


def draw(engine: sqlalchemy.Engine, tables: tuple[str, ...]) -> Diagram:
    """The diagram of these tables, or of all, as the database's catalogue has them now."""
    inspector = sqlalchemy.inspect(engine)
    return Diagram({table: _columns(inspector, table) for table in tables or sorted(inspector.get_table_names())})


def _columns(inspector: sqlalchemy.Inspector, table: str) -> list[Column]:
    keys = inspector.get_pk_constraint(table)["constrained_columns"]
    unique = {tuple(keys), *(tuple(each["column_names"]) for each in inspector.get_unique_constraints(table))}
    targets = {
        column: f"{foreign['referred_table']}.{target}"
        for foreign in inspector.get_foreign_keys(table)
        for column, target in zip(foreign["constrained_columns"], foreign["referred_columns"], strict=True)
    }
    return [
        Column(
            name=each["name"],
            kind=str(each["type"]).lower(),
            is_key=each["name"] in keys,
            is_unique=(each["name"],) in unique,
            is_optional=each["nullable"],
            target=targets.get(each["name"]),
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
        used[side] += boxes[table].height + PAD
    return boxes
