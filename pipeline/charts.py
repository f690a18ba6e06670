"""
Pictures of a comparison: lines over years, bars side by side, a heat map county × year.

A gap is a gap: a line breaks, a bar is missing and says why, a field of the heat map is hatched and has the number of its reason.
SVG keeps its text as text and names fonts that the reader's machine may have; it has the same bytes on every machine, because
nothing in it is measured with the fonts of this one. PNG needs a font with Chinese characters here.
"""

from __future__ import annotations

import io
import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal

from pipeline.canvas import Frame, frame_of, line_name, number_text
from pipeline.compare import Comparison, Entry, Key
from pipeline.errors import PipelineError, UsageError
from pipeline.gaps import gap_text
from pipeline.remarks import FORM_BREAKS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["KINDS", "chinese_font", "draw", "usual_kind"]

KINDS = ("line", "bar", "heat")
FONTS = ("Noto Sans CJK SC", "Source Han Sans SC", "Microsoft YaHei", "PingFang SC", "WenQuanYi Micro Hei", "SimHei")
_BUNDLED = "DejaVu Sans"
"""Comes with matplotlib: what an SVG is measured with. It is replaced by the fonts above when the picture is written."""

_MOST_LINES = 12
_MOST_BARS = 120
_MOST_FIELDS = 4_000
_MOST_NUMBERS = 240
_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#8C510A")
"""Told apart with defective colour vision too (Okabe and Ito, with brown for yellow, which is no colour for a line)."""

_SHADES = ("#c6dbef", "#a6cbe3", "#82b5d8", "#5b9dc9", "#3c84ba", "#2269a6", "#0f4f8c", "#08366b")
"""Of years, which have an order: the later the darker."""

_MARKERS = "os^Dv<>pP*Xh"
_GREY = "#8a8a8a"
_NUMBERS = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"


def draw(comparison: Comparison, kind: str | None, suffix: str, tongue: str) -> bytes:
    """
    The picture as SVG or PNG (`suffix` is `.svg` or `.png`), of the usual kind without one.

    Raises UsageError where there is more than can be read, and for PNG without a font that has Chinese characters; PipelineError
    where there is no figure at all.
    """
    kind = kind or usual_kind(comparison)
    if kind not in KINDS:
        raise UsageError(f"--chart: must be one of {', '.join(KINDS)}, is {kind!r}")
    if not comparison.held:
        reasons = ", ".join(f"{count} {word}" for word, count in comparison.gaps.items())
        raise PipelineError(f"{comparison.measure.code}: there is no figure to draw: {reasons}")
    family = _BUNDLED if suffix == ".svg" else chinese_font()
    stream = io.BytesIO()
    with _style(family):
        figure = _FIGURES[kind](comparison, tongue).figure
        metadata = {"Date": None, "Creator": "gongkai"} if suffix == ".svg" else {"Software": "gongkai"}
        figure.savefig(stream, format=suffix.removeprefix("."), metadata=metadata)
    if suffix == ".png":
        return stream.getvalue()
    return _with_fonts(stream.getvalue())


def _with_fonts(svg: bytes) -> bytes:
    """The picture with the fonts named once for all of its text, instead of the one that it was measured with."""
    names = ", ".join(f'"{name}"' for name in FONTS)
    style = f"text{{font-family: {names}, sans-serif}}</style>"
    return (
        svg.replace(f" font-family: '{_BUNDLED}';".encode(), b"")
        .replace(f"; font-family: '{_BUNDLED}'".encode(), b"")
        .replace(b"</style>", style.encode(), 1)
    )


def usual_kind(comparison: Comparison) -> str:
    """The kind of picture that suits a comparison: bars for one year, lines for few counties, else a heat map."""
    if len(comparison.years) == 1:
        return "bar"
    return "line" if len(comparison.keys) <= _MOST_LINES else "heat"


def chinese_font() -> str:
    """The first font of this machine that has Chinese characters. Raises UsageError where there is none."""
    from matplotlib import font_manager

    held = {font.name for font in font_manager.fontManager.ttflist}
    for name in FONTS:
        if name in held:
            return name
    similar = sorted(name for name in held if name.startswith(("Noto Sans CJK", "Noto Serif CJK", "Source Han")))
    if similar:
        return similar[0]
    raise UsageError(
        f"a PNG needs a font with Chinese characters, such as {FONTS[0]}, and this machine has none; ask for SVG instead"
    )


@contextmanager
def _style(family: str) -> Iterator[None]:
    """Settings of our own, whatever the user's matplotlibrc says. Glyphs that the bundled font lacks are no cause for alarm."""
    import matplotlib

    logger = logging.getLogger("matplotlib.font_manager")
    level = logger.level
    with matplotlib.rc_context(), warnings.catch_warnings():
        matplotlib.rcdefaults()
        ours: dict[Any, Any] = {
            "svg.fonttype": "none", "svg.hashsalt": "gongkai", "font.family": [family], "axes.unicode_minus": False,
            "figure.dpi": 100, "savefig.dpi": 160, "hatch.linewidth": 0.5, "hatch.color": "0.72",
        }  # fmt: skip
        matplotlib.rcParams.update(ours)
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        logger.setLevel(logging.ERROR)
        try:
            yield
        finally:
            logger.setLevel(level)


# --- the three kinds ---------------------------------------------------------------------------------------


def _lines(comparison: Comparison, tongue: str) -> Frame:
    _refuse(len(comparison.keys), _MOST_LINES, "lines cannot be told apart", "--chart heat")
    names = [_with_gap(comparison, key, tongue) for key in comparison.keys]
    frame = frame_of(
        comparison,
        tongue,
        width=0.62 * len(comparison.years),
        height=3.4,
        left=5,
        right=names,
        notes=_gaps_told(comparison, tongue, numbered=False),
    )
    axes = frame.axes
    years = comparison.years
    for at, (key, name) in enumerate(zip(comparison.keys, names, strict=True)):
        axes.plot(
            years, [_value(comparison.entries[key, year]) for year in years], color=_COLOURS[at % len(_COLOURS)], marker=_MARKERS[at],
            markersize=4.5, linewidth=1.6, linestyle="-" if at < len(_COLOURS) else "--", label=name, clip_on=False, zorder=3,
        )  # fmt: skip
    axes.set_xlim(years[0] - 0.3, years[-1] + 0.3)
    axes.set_ylim(*_limits(comparison))
    axes.set_xticks(years, [str(year) for year in years], fontsize=8)
    for before, after in FORM_BREAKS:
        if years[0] <= before and after <= years[-1]:
            axes.axvline(before + 0.5, color=_GREY, linewidth=0.8, linestyle=(0, (4, 3)), zorder=1)
            axes.text(
                before + 0.55,
                1.0,
                f"{after}年起新格式" if tongue == "zh" else f"new form, {after}",
                fontsize=6.5,
                color="#666666",
                va="bottom",
                transform=axes.get_xaxis_transform(),
            )
    _plain_axes(axes, comparison, "y")
    axes.legend(loc="upper left", bbox_to_anchor=(1.01, 1.02), frameon=False, fontsize=8, handlelength=2.2, labelspacing=0.6)
    return frame


def _bars(comparison: Comparison, tongue: str) -> Frame:
    keys, years = comparison.keys, comparison.years
    _refuse(len(keys) * len(years), _MOST_BARS, "bars cannot be read", "--chart heat")
    names = [line_name(comparison, key) for key in keys]
    frame = frame_of(
        comparison, tongue, width=5.2, height=max(0.9, len(keys) * (0.17 * len(years) + 0.14)), left=names,
        right=[str(year) for year in years] if len(years) > 1 else None, notes=_gaps_told(comparison, tongue, numbered=False),
    )  # fmt: skip
    axes = frame.axes
    share = 0.82 / len(years)
    shades = [
        _SHADES[round(at * (len(_SHADES) - 1) / max(1, len(years) - 1))] if len(years) > 1 else _COLOURS[0]
        for at in range(len(years))
    ]
    top = _limits(comparison)[1]
    for at, year in enumerate(years):
        places = [row - 0.41 + share * (at + 0.5) for row in range(len(keys))]
        entries = [comparison.entries[key, year] for key in keys]
        axes.barh(places, [_value(entry) for entry in entries], height=share * 0.92, color=shades[at], label=str(year))
        for place, entry in zip(places, entries, strict=True):
            told = gap_text(entry.gap, tongue) if entry.value is None else number_text(entry.value, comparison)
            axes.text(
                max(_value(entry), 0.0) + top * 0.008 if entry.value is not None else top * 0.008,
                place,
                told,
                fontsize=6.5,
                va="center_baseline",
                color=_GREY if entry.value is None else "#333333",
                style="normal",
            )
    axes.set_yticks(range(len(keys)), names, fontsize=8)
    axes.set_ylim(len(keys) - 0.5, -0.5)
    axes.set_xlim(_limits(comparison)[0], top * 1.08)
    _plain_axes(axes, comparison, "x")
    axes.tick_params(axis="y", length=0)
    if len(years) > 1:
        axes.legend(loc="upper left", bbox_to_anchor=(1.01, 1.02), frameon=False, fontsize=8, handlelength=1.0)
    return frame


def _heat(comparison: Comparison, tongue: str) -> Frame:
    import numpy

    keys, years = comparison.keys, comparison.years
    _refuse(len(keys) * len(years), _MOST_FIELDS, "fields cannot be read", "fewer counties or years")
    has_numbers = len(keys) * len(years) <= _MOST_NUMBERS
    names = [line_name(comparison, key) for key in keys]
    step = 0.25 if has_numbers else 0.17
    frame = frame_of(
        comparison, tongue, width=0.58 * len(years), height=max(1.0, step * len(keys)), left=names, right=["000,000.00"],
        notes=_gaps_told(comparison, tongue),
    )  # fmt: skip
    axes = frame.axes
    values = numpy.array([[_value(comparison.entries[key, year]) for year in years] for key in keys])
    low, high = min(0.0, float(numpy.nanmin(values))), float(numpy.nanmax(values)) or 1.0
    shown = axes.pcolormesh(
        numpy.ma.masked_invalid(values), cmap="YlGnBu", vmin=low, vmax=high, edgecolors="white", linewidth=0.6, zorder=2
    )
    axes.set_facecolor("#f4f4f4")
    axes.patch.set_hatch("////")
    axes.patch.set_edgecolor("0.72")
    reasons = dict(zip(comparison.gaps, _NUMBERS, strict=False))
    for row, key in enumerate(keys):
        for column, year in enumerate(years):
            entry = comparison.entries[key, year]
            if entry.value is None:
                axes.text(
                    column + 0.5,
                    row + 0.5,
                    reasons.get(entry.gap, ""),
                    ha="center",
                    va="center_baseline",
                    fontsize=6.5 if has_numbers else 5,
                    color="#444444",
                    zorder=3,
                )
            elif has_numbers:
                is_dark = (float(entry.value) - low) / (high - low) > 0.55
                axes.text(
                    column + 0.5,
                    row + 0.5,
                    number_text(entry.value, comparison),
                    ha="center",
                    va="center_baseline",
                    fontsize=6.5,
                    color="white" if is_dark else "#222222",
                    zorder=3,
                )
    axes.set_xticks([at + 0.5 for at in range(len(years))], [str(year) for year in years], fontsize=8)
    axes.set_yticks([at + 0.5 for at in range(len(keys))], names, fontsize=8 if has_numbers else 6)
    axes.set_ylim(len(keys), 0)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    for before, after in FORM_BREAKS:
        if before in years and after in years:
            axes.axvline(years.index(after), color="#555555", linewidth=1.0, linestyle=(0, (4, 3)), zorder=4)
    scale = frame.beside(0.12)
    bar = frame.figure.colorbar(shown, cax=scale)
    bar.outline.set_visible(False)
    scale.tick_params(labelsize=7, length=2)
    scale.yaxis.set_major_formatter(lambda value, _: number_text(value, comparison))
    return frame


def _with_gap(comparison: Comparison, key: Key, tongue: str) -> str:
    """A line's name, with the reason where it has no figure in any year."""
    name = line_name(comparison, key)
    words = list(dict.fromkeys(comparison.entries[key, year].gap for year in comparison.years))
    if "" in words:
        return name
    reason = gap_text(words[0], tongue) + ("" if len(words) == 1 else "…")
    return f"{name}（{reason}）" if tongue == "zh" else f"{name} ({reason})"


def _refuse(count: int, most: int, what: str, instead: str) -> None:
    if count > most:
        raise UsageError(f"{count} {what}; choose at most {most}, or {instead}")


def _plain_axes(axes: Axes, comparison: Comparison, which: Literal["x", "y"]) -> None:
    """Figures along one axis, with a light grid; no frame."""
    axis = axes.xaxis if which == "x" else axes.yaxis
    axis.set_major_formatter(lambda value, _: number_text(value, comparison))
    axis.grid(visible=True, color="#e6e6e6", linewidth=0.7)
    axes.set_axisbelow(True)
    axes.tick_params(axis=which, labelsize=8, length=0, colors="#444444")
    for side in ("top", "right", "left" if which == "y" else "bottom"):
        axes.spines[side].set_visible(False)


def _gaps_told(comparison: Comparison, tongue: str, *, numbered: bool = True) -> str:
    """One line that says how many fields have no figure, by their reasons."""
    if not comparison.gaps:
        return ""
    marks = list(_NUMBERS) if numbered else []
    told = [
        f"{marks[at] if at < len(marks) else ''}{gap_text(word, tongue)} {count}"
        for at, (word, count) in enumerate(comparison.gaps.items())
    ]
    total = sum(comparison.gaps.values())
    return f"无数值 {total}：{'、'.join(told)}" if tongue == "zh" else f"no figure {total}: {', '.join(told)}"


def _limits(comparison: Comparison) -> tuple[float, float]:
    """From zero to a little above the largest figure; below zero only where a figure is."""
    values = [float(entry.value) for entry in comparison.held if entry.value is not None]
    return min(0.0, min(values) * 1.06), max(max(values) * 1.06, 0.0) or 1.0


def _value(entry: Entry) -> float:
    return float(entry.value) if entry.value is not None else float("nan")


_FIGURES = {"line": _lines, "bar": _bars, "heat": _heat}
