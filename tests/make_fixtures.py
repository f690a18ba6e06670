"""
Makes the inputs of the rendered and invented fixtures anew, and the bundled reports from the fixtures.

    python tests/make_fixtures.py

The same code writes the same inputs. Goldens are not written here: `pytest tests/test_fixtures.py --update-goldens` does.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from random import Random

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from pipeline.demo.figures import carried_on, random_sheet, with_one_false_figure  # noqa: E402  (the script is run from anywhere)
from pipeline.demo.layouts import LAYOUTS, Layout, Rendering, layout_named  # noqa: E402
from pipeline.demo.sheet import FORMS, Sheet, write_sheet  # noqa: E402

__all__ = ["BUNDLE", "BUNDLED", "INVENTED", "RENDERED", "Invented", "rendered", "sheet_of"]

FIXTURES = ROOT / "tests" / "fixtures"
BUNDLED = ROOT / "pipeline" / "demo" / "reports"

_FORM_OF = {
    "html.divs": "2019", "html.rows_stacked": "2019", "html.gb_undeclared": "2019", "text.bars_wrapped": "2019",
    "text.bars_alone": "2019", "markdown.sections": "2019", "html.cut": "2019", "docx.unmerged": "2019",
    "values.signs": "2019", "values.units": "2019",
    "html.paragraphs": "2014", "text.bars_start": "2014", "text.aligned": "2014", "text.lines": "mixed",
}  # fmt: skip
"""Which form a layout prints here, where it is not that of 2021."""

_SEED_OF = {"values.signs": "values.signs 0", "values.units": "values.units 18"}
"""Seeds that are not the layout's name: chosen so that a fall and an amount with its unit are printed."""


@dataclass(frozen=True)
class Invented:
    """A report of a county that does not exist: what it is, how it is printed, and why it is here."""

    unit: str
    year: int
    form: str
    layout: str
    why: str
    scale: int = 200
    filling: str = "full"
    after: str = ""
    false: bool = False


INVENTED: Mapping[str, Invented] = {
    "hechuan-2018": Invented("禾川县人民政府", 2018, "2014", "docx.clean", "the annex of form 2014 as a Word table"),
    "hechuan-2020": Invented("禾川县人民政府", 2020, "2019", "html.word", "form 2019, pasted from Word into a site"),
    "hechuan-2022": Invented("禾川县人民政府", 2022, "2021", "docx.clean", "form 2021 in Word with the form's merged cells"),
    "hechuan-2023": Invented(
        "禾川县人民政府", 2023, "2021", "html.clean", "takes over what was carried out in 2022", after="hechuan-2022"
    ),
    "qinghuai-2021": Invented(
        "青槐县农业农村局", 2021, "2021", "text.bars_between", "small figures, half of the zeros blank", 20, "half"
    ),
    "liudu-2023": Invented("柳渡县人民政府", 2023, "mixed", "markdown.sections", "form 2021 with the applications table of 2019"),
    "shiwu-2024": Invented("石坞县人民政府", 2024, "2021", "text.tabs", "one figure that does not add up", false=True),
}
"""Reports of invented counties over years, forms and formats."""

BUNDLE: Mapping[str, str] = {
    "上高县-2021-政府办.txt": "shanggao-2021",
    "上海市-2019-政府办公厅.html": "shanghai-office-2019",
    "上海市-2024-科委.md": "shanghai-kewei-2024",
    "沭阳县-2025-县政府.md": "shuyang-2025",
    "平潭-2016-综合实验区.txt": "pingtan-2016",
    "平潭-2019-综合实验区.txt": "pingtan-2019",
    "平潭-2022-综合实验区.txt": "pingtan-2022",
    "禾川县-2018-县政府.docx": "hechuan-2018",
    "禾川县-2020-县政府.html": "hechuan-2020",
    "禾川县-2022-县政府.docx": "hechuan-2022",
    "禾川县-2023-县政府.html": "hechuan-2023",
    "青槐县-2010-县政府.txt": "narrative-2010",
    "青槐县-2021-农业农村局.txt": "qinghuai-2021",
    "柳渡县-2023-县政府.md": "liudu-2023",
    "石坞县-2024-县政府.txt": "shiwu-2024",
    "青槐县-2022-通知.html": "notice-2022",
}
"""The bundled reports, named as in a researcher's folder, and the fixture that each is a copy of."""


RENDERED: Mapping[str, Layout] = {f"layouts/{layout.name}": layout for layout in LAYOUTS} | {
    name: layout_named(wanted.layout) for name, wanted in INVENTED.items()
}
"""The folder below the fixtures of every case that is rendered, and its layout."""


def sheet_of(case: str) -> Sheet:
    """The sheet of a rendered case."""
    if case in INVENTED:
        return _sheet(case)
    layout = RENDERED[case]
    filling = "half" if "blank" in layout.loses or "places" in layout.loses else "full"
    return random_sheet(Random(_seed_of(case)), form=_FORM_OF.get(layout.name, "2021"), scale=200, filling=filling)


def rendered(case: str) -> Rendering:
    """The input of a rendered case."""
    return RENDERED[case].render(sheet_of(case), Random(_seed_of(case)))


def _seed_of(case: str) -> str:
    name = case.removeprefix("layouts/")
    return _SEED_OF.get(name, name)


def _sheet(case: str) -> Sheet:
    wanted = INVENTED[case]
    random = Random(case)
    figures = random_sheet(random, form=wanted.form, scale=wanted.scale, filling=wanted.filling)
    if wanted.after:
        figures = carried_on(figures, _sheet(wanted.after))
    if wanted.false:
        figures = with_one_false_figure(figures, random)
    # The writer of sheets chooses the body itself: it is asked until it chooses the one that is wanted.
    sheets = (write_sheet(Random(f"{case} {at}"), wanted.form, figures.cells, year=wanted.year) for at in count())
    return next(sheet for sheet in sheets if sheet.unit == wanted.unit)


def _note_of_layout(layout: Layout) -> str:
    parts = [*(damage.change for damage in layout.damages), layout.writer.write]
    says = " ".join(part.__doc__.strip().splitlines()[0] for part in parts if part.__doc__)
    lost = f"Lost: {layout.loses}." if layout.loses else "Nothing of the figures, places or borders is lost."
    return f"# {layout.name}\n\n{says}\n{lost}\n\n{_SOURCE}"


def _note_of(wanted: Invented) -> str:
    forms = ", ".join(f"{table} {form}" for table, form in FORMS[wanted.form].items())
    why = f"{wanted.why[0].upper()}{wanted.why[1:]}."
    return f"# {wanted.unit} {wanted.year}\n\n{why}\nTables: {forms}; layout {wanted.layout}.\n\n{_SOURCE}"


_SOURCE = "Invented county and figures, made by tests/make_fixtures.py. Licence: MIT.\n"


def _write(folder: Path, rendering: Rendering, note: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("input.*"):
        old.unlink()
    (folder / f"input{Path(rendering.name).suffix}").write_bytes(rendering.data)
    (folder / "NOTE.md").write_text(note, "utf-8", newline="\n")


def main() -> None:
    """Write all inputs and the bundled reports."""
    for name, layout in RENDERED.items():
        _write(FIXTURES / name, rendered(name), _note_of(INVENTED[name]) if name in INVENTED else _note_of_layout(layout))
    BUNDLED.mkdir(exist_ok=True)
    for old in BUNDLED.iterdir():
        old.unlink()
    for name, case in BUNDLE.items():
        source = next((FIXTURES / case).glob("input.*"))
        (BUNDLED / name).write_bytes(source.read_bytes())


if __name__ == "__main__":
    main()
