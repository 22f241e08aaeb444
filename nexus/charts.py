"""One house style for figures: SVG drawn into the page, in the page's own colour and type.

Text and axes take the colour of the text around them (`currentColor`), so a figure follows the page into dark mode and
into print. The lines' colours have a contrast of at least 3 to 1 on white and on black, and differ in lightness too.
"""

import html
import io
import re
from typing import Any

import matplotlib as mpl
from cycler import cycler
from matplotlib.axes import Axes
from matplotlib.figure import Figure

INK = "#010203"  # takes the place of the page's text colour until the SVG is written
COLOURS = ["#3987c9", "#d2691e", "#3d9a6b", "#b86bb0", "#8a8420", "#d0506a"]
STYLE: Any = {
    "axes.edgecolor": INK,
    "axes.facecolor": "none",
    "axes.grid": True,
    "axes.labelcolor": INK,
    "axes.prop_cycle": cycler(color=COLOURS),
    "axes.spines.right": False,
    "axes.spines.top": False,
    "figure.facecolor": "none",
    "font.size": 11,
    "grid.alpha": 0.2,
    "grid.color": INK,
    "legend.frameon": False,
    "lines.linewidth": 2,
    "svg.fonttype": "none",  # text stays text: it can be searched, read aloud, and takes the page's font
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
}


# For what a chapter draws after the chart was made, such as a legend. Nothing else in the lab draws with matplotlib.
mpl.rcParams.update(STYLE)


class Chart:
    """A figure to draw on: `chart.axes` is a matplotlib Axes. As the last line of a cell it shows itself.

    name: unique on its page; the SVG's ids are made from it, so they are the same in every run.
    alt: what the figure shows, in words, for those who do not see it. caption: the words below it, if not the same.
    """

    def __init__(
        self, name: str, alt: str, caption: str | None = None, width: float = 6.4, height: float = 3.4
    ) -> None:
        if not alt.strip():
            raise ValueError(f"chart {name!r} has no alt text: say in words what it shows")
        self.name, self.alt, self.caption = name, alt, alt if caption is None else caption
        self.figure = Figure(figsize=(width, height), layout="constrained")
        self.axes: Axes = self.figure.add_subplot()

    def svg(self) -> str:
        """The figure as an <svg> element that fills the column it is in."""
        file = io.StringIO()
        with mpl.rc_context({"svg.hashsalt": self.name}):
            self.figure.savefig(file, format="svg", metadata={"Date": None, "Creator": None})
        drawing = file.getvalue()
        # Arrows, box plots and hatches are black by default: ink too.
        drawing = re.sub(f"{INK}|#000000", "currentColor", drawing[drawing.index("<svg") :])
        # Ids that matplotlib counts up ("axes_1") are the same in every figure of a page.
        drawing = re.sub(r'\bid="|(?<=href=")#|(?<=url\()#', lambda found: f"{found.group()}{self.name}-", drawing)
        drawing = re.sub(r"font-family: [^;\"]*; ", "", drawing)
        return re.sub(r'(<svg[^>]*?) width="[^"]*" height="[^"]*"', r'\1 width="100%"', drawing, count=1)

    def _repr_html_(self) -> str:
        # Small print does not shrink well: on a phone a wide figure stays legible, and is pushed sideways.
        least = f"min-width:{4.4 * self.figure.get_figwidth():.0f}rem"
        return (
            '<figure style="margin:0"><div tabindex="0" style="overflow-x:auto">'
            f'<div role="img" aria-label="{html.escape(self.alt)}" style="{least}">{self.svg()}</div></div>'
            f'<figcaption aria-hidden="true">{html.escape(self.caption)}</figcaption></figure>'
        )

    def __repr__(self) -> str:
        return f"Figure: {self.alt}"
