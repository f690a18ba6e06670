"""
Pictures of a comparison: lines over years, bars of one year, a heat map county × year.

SVG keeps its text as text, in fonts that the reader's machine has; PNG needs a font with Chinese characters on this one.
A gap is a gap: a line breaks, a bar is missing, a field of the heat map is hatched. The same comparison gives the same bytes.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from pipeline.compare import Comparison, Key
from pipeline.divisions import division
from pipeline.errors import UsageError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["KINDS", "chinese_font", "draw", "line_name"]

KINDS = ("line", "bar", "heat")
_FONTS = ("Noto Sans CJK SC", "Source Han Sans SC", "Microsoft YaHei", "PingFang SC", "WenQuanYi Micro Hei", "SimHei")
_MOST_LINES = 12
_MOST_BARS = 60
_MOST_FIELDS = 4_000
_BREAK_AT = (2018.5, 2020.5)


def draw(comparison: Comparison, kind: str, suffix: str, tongue: str) -> bytes:
    """
    The picture as SVG or PNG (`suffix` is `.svg` or `.png`).

    Raises UsageError where it would show nothing that can be read, and for PNG without a font that has Chinese characters.
    """
    if kind not in KINDS:
        raise UsageError(f"--chart: must be one of {', '.join(KINDS)}, is {kind!r}")
    import matplotlib

    families = [*_FONTS, "sans-serif"]
    if suffix == ".png":
        families = [chinese_font()]
    style: Any = {
        "svg.fonttype": "none", "svg.hashsalt": "gongkai", "font.family": families, "axes.unicode_minus": False, "figure.dpi": 110,
    }  # fmt: skip
    with matplotlib.rc_context(style):
        _say_nothing_of_fonts()
        figure = _FIGURES[kind](comparison, tongue)
        stream = io.BytesIO()
        metadata = {"Date": None, "Creator": "gongkai"} if suffix == ".svg" else {"Software": "gongkai"}
        figure.savefig(stream, format=suffix.removeprefix("."), metadata=metadata)
    return stream.getvalue()


def chinese_font() -> str:
    """The first font of this machine that has Chinese characters. Raises UsageError where there is none."""
    from matplotlib import font_manager

    held = {font.name for font in font_manager.fontManager.ttflist}
    for name in _FONTS:
        if name in held:
            return name
    similar = sorted(name for name in held if name.startswith(("Noto Sans CJK", "Noto Serif CJK", "Source Han")))
    if similar:
        return similar[0]
    raise UsageError(
        f"a PNG needs a font with Chinese characters and this machine has none of {', '.join(_FONTS)}; ask for SVG instead"
    )


def line_name(comparison: Comparison, key: Key) -> str:
    """How a line is labelled: the county's newest name, its prefecture where two have the same, the unit below that level."""
    last = comparison.years[-1]
    place = division(key.county_id, last)
    if place is None:
        return key.unit or key.county_id or "?"
    same = [
        other
        for other in comparison.keys
        if other != key and (found := division(other.county_id, last)) and found.name == place.name
    ]
    name = f"{place.prefecture or place.province or ''}{place.name}" if same and key.unit is None else place.name
    return name if key.unit is None else key.unit


def _say_nothing_of_fonts() -> None:
    """Fonts that are only named in an SVG need not be here; matplotlib would warn of each."""
    import logging

    logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)


def _axes(comparison: Comparison, tongue: str, width: float, height: float) -> tuple[Figure, Axes]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    axes = figure.add_subplot()
    title = comparison.measure.zh if tongue == "zh" else comparison.measure.en
    axes.set_title(title.split(" > ", 1)[-1], fontsize=11)
    notes = "；".join(zh for zh, _ in comparison.notes) if tongue == "zh" else "; ".join(en for _, en in comparison.notes)
    if notes:
        figure.supxlabel(notes, fontsize=7)
    return figure, axes


def _lines(comparison: Comparison, tongue: str) -> Figure:
    if len(comparison.keys) > _MOST_LINES:
        raise UsageError(f"{len(comparison.keys)} lines cannot be told apart; choose at most {_MOST_LINES}, or --chart heat")
    figure, axes = _axes(comparison, tongue, 8, 4.5)
    for key in comparison.keys:
        values = [_value(comparison, key, year) for year in comparison.years]
        axes.plot(comparison.years, values, marker="o", markersize=4, label=line_name(comparison, key))
    for at in _BREAK_AT:
        if comparison.years[0] < at < comparison.years[-1]:
            axes.axvline(at, color="0.7", linewidth=0.8, linestyle="--")
    axes.set_xticks(comparison.years)
    axes.set_ylabel(comparison.unit or "")
    axes.set_ylim(bottom=min(0.0, axes.get_ylim()[0]))
    axes.legend(fontsize=8, ncols=2)
    return figure


def _bars(comparison: Comparison, tongue: str) -> Figure:
    if len(comparison.keys) > _MOST_BARS:
        raise UsageError(f"{len(comparison.keys)} bars cannot be read; choose at most {_MOST_BARS}, or --chart heat")
    figure, axes = _axes(comparison, tongue, 8, max(2.5, 0.3 * len(comparison.keys) * len(comparison.years) ** 0.5 + 1.2))
    share = 0.8 / len(comparison.years)
    for at, year in enumerate(comparison.years):
        places = [place + share * (at + 0.5) - 0.4 for place in range(len(comparison.keys))]
        values = [_value(comparison, key, year) for key in comparison.keys]
        axes.barh(places, values, height=share, label=str(year))
    axes.set_yticks(range(len(comparison.keys)), [line_name(comparison, key) for key in comparison.keys], fontsize=8)
    axes.invert_yaxis()
    axes.set_xlabel(comparison.unit or "")
    axes.legend(fontsize=8)
    return figure


def _heat(comparison: Comparison, tongue: str) -> Figure:
    import numpy

    if len(comparison.keys) * len(comparison.years) > _MOST_FIELDS:
        raise UsageError(f"{len(comparison.keys) * len(comparison.years)} fields cannot be read; choose at most {_MOST_FIELDS}")
    figure, axes = _axes(
        comparison, tongue, max(5.0, 0.6 * len(comparison.years) + 3), max(2.5, 0.24 * len(comparison.keys) + 1.4)
    )
    values = numpy.array([[_value(comparison, key, year) for year in comparison.years] for key in comparison.keys])
    shown = axes.imshow(numpy.ma.masked_invalid(values), aspect="auto", cmap="viridis", interpolation="none")
    axes.set_facecolor("0.92")
    axes.patch.set_hatch("///")
    axes.patch.set_edgecolor("0.75")
    axes.set_xticks(range(len(comparison.years)), [str(year) for year in comparison.years])
    axes.set_yticks(range(len(comparison.keys)), [line_name(comparison, key) for key in comparison.keys], fontsize=8)
    figure.colorbar(shown, ax=axes, label=comparison.unit or "")
    return figure


def _value(comparison: Comparison, key: Key, year: int) -> float:
    entry = comparison.entry(key, year)
    return float(entry.value) if entry is not None and entry.value is not None else float("nan")


_FIGURES = {"line": _lines, "bar": _bars, "heat": _heat}
