"""Figures: whole as XML, the same in every run, and legible on light and dark pages and to a screen reader."""

import re
import subprocess
import sys
from itertools import product
from xml.etree import ElementTree

import pytest

from nexus.charts import COLOURS, INK, Chart

SVG = "{http://www.w3.org/2000/svg}"
PAGES = {"light": "#ffffff", "dark": "#121212"}
BUSY = """
from nexus import Chart
chart = Chart("busy", alt="Two lines & a <bar>")
chart.axes.plot([1, 2, 3], label="first")
chart.axes.plot([3, 1, 2], "o--", label="second")
chart.axes.bar([0, 1], [1, 2])
chart.axes.fill_between([0, 1, 2], [1, 1, 1], alpha=0.3)
chart.axes.annotate("here", (1, 2), (0, 3), arrowprops={"arrowstyle": "->"})
chart.axes.axhline(2)
chart.axes.boxplot([[1, 2, 3, 9]])
chart.axes.text(1, 1, "bold", weight="bold")
chart.axes.set(title="Title", xlabel="calls <all>", ylabel="ms & more", xticks=[0, 1, 2])
chart.axes.legend(title="Lines")
"""


def busy() -> Chart:
    """A chart with all that a chapter may draw on it, after it was made."""
    names: dict[str, Chart] = {}
    exec(BUSY, names)  # noqa: S102 - the same text also runs in processes of its own
    return names["chart"]


def simple(name: str) -> Chart:
    chart = Chart(name, alt="a line")
    chart.axes.plot([1, 2, 3])
    return chart


def parse(drawing: str) -> ElementTree.Element:
    return ElementTree.fromstring(drawing)  # noqa: S314 - our own drawing


def ids(svg: str) -> list[str]:
    return re.findall(r'\sid="([^"]+)"', svg)


def luminance(colour: str) -> float:
    """Relative luminance of "#rrggbb", as WCAG 2.2 defines it."""
    shares = (int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5))
    red, green, blue = (share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted(map(luminance, (one, other)))
    return (light + 0.05) / (dark + 0.05)


def test_a_figure_is_well_formed_alone_and_in_a_page() -> None:
    assert parse(busy().svg()).tag == f"{SVG}svg"
    assert parse(busy()._repr_html_()).tag == "figure"


def test_a_figure_fills_its_column_and_keeps_its_shape() -> None:
    root = parse(busy().svg())
    assert root.get("width") == "100%"
    assert root.get("height") is None
    assert root.get("viewBox") == "0 0 460.8 244.8"


def test_two_processes_draw_the_same_bytes() -> None:
    command = [sys.executable, "-c", BUSY + "print(chart._repr_html_())"]
    first, second = (subprocess.run(command, capture_output=True, check=True).stdout for _ in range(2))
    assert first == second
    assert first.startswith(b"<figure")


def test_no_id_is_there_twice_on_a_page_with_two_figures() -> None:
    all_ids = ids(simple("first").svg()) + ids(simple("second").svg())
    assert len(all_ids) > 20
    assert len(set(all_ids)) == len(all_ids)


def test_references_within_a_figure_lead_to_something() -> None:
    svg = busy().svg()
    references = re.findall(r'href="#([^"]+)"', svg) + re.findall(r"url\(#([^)]+)\)", svg)
    assert len(references) > 5
    assert set(references) <= set(ids(svg))


def test_every_text_takes_the_pages_colour_and_its_type() -> None:
    texts = list(parse(busy().svg()).iter(f"{SVG}text"))
    for text in texts:
        assert "fill: currentColor" in text.get("style", "")
        assert "font-family" not in text.get("style", "")
    assert len(texts) > 10


def test_no_colour_is_fixed_but_those_of_the_lines() -> None:
    colours = {colour.lower() for colour in re.findall(r"#[0-9a-fA-F]{6}\b", busy().svg())}
    assert colours <= set(COLOURS)
    assert INK not in COLOURS


def test_axes_and_grid_take_the_pages_colour() -> None:
    strokes = re.findall(r"stroke: ([^;\"]+)", simple("plain").svg())
    assert set(strokes) == {"currentColor", COLOURS[0]}


def test_text_stays_text_and_is_escaped() -> None:
    said = [text.text for text in parse(busy().svg()).iter(f"{SVG}text")]
    assert {"Title", "calls <all>", "ms & more", "first", "second", "Lines", "here"} <= set(said)


@pytest.mark.parametrize("alt", ['Two lines & a <bar> of "5"', "it's"])
def test_the_alt_text_reaches_a_screen_reader_as_it_was_written(alt: str) -> None:
    figure = parse(Chart("name", alt)._repr_html_())
    drawing = figure.find("div/div")
    assert drawing is not None
    assert drawing.get("aria-label") == alt
    assert drawing.get("role") == "img"
    assert figure.findtext("figcaption") == alt


@pytest.mark.parametrize("alt", ["", "  \n"])
def test_a_figure_without_alt_text_is_refused(alt: str) -> None:
    with pytest.raises(ValueError, match="'latency' has no alt text"):
        Chart("latency", alt)


@pytest.mark.parametrize(("colour", "page"), list(product(COLOURS, PAGES)))
def test_a_line_stands_out_on_light_and_dark_pages(colour: str, page: str) -> None:
    assert contrast(colour, PAGES[page]) >= 3  # WCAG 2.2, success criterion 1.4.11


def test_the_measure_of_contrast_is_the_known_one() -> None:
    assert contrast("#ffffff", "#000000") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
