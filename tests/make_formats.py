"""
Makes the fixtures of the file formats anew: one report, that of the fixture `hechuan-2022`, in each format.

    python tests/make_formats.py

It needs LibreOffice, whose files are not the same from one release to another; what is read from them is.
"""

from __future__ import annotations

import csv
import io
import json
import tempfile
import zipfile
from collections.abc import Mapping
from email.message import EmailMessage
from pathlib import Path
from random import Random

import pypdfium2
from make_fixtures import FIXTURES, rendered, sheet_of
from ofd_files import Print, ofd_of
from office import FONTS, convert, restyled
from PIL import Image
from sheet_files import SHAPES, csv_rows, sheet_xml_of, xlsx_of

from pipeline.demo.layouts import layout_named
from pipeline.demo.layouts.model import Page, lay_out

__all__ = ["CASE", "FOLDER"]

CASE = "hechuan-2022"
FOLDER = FIXTURES / "formats"

_NOTE = "# {title}\n\n{says}\nThe report of the fixture hechuan-2022, by tests/make_formats.py. Licence: MIT.\n"

_SAYS: Mapping[str, str] = {
    "csv": "Tables as separated fields, labels in their first row and column only.",
    "xlsx": "Tables in one sheet, with borders and merged cells.",
    "xml": "The XML of Excel 2003: one sheet, with borders and merged cells.",
    "ofd": "The fixed-layout format: positioned text and drawn lines.",
    "json": "A reply of a site's interface that carries the page as a string.",
    "rss": "A feed of one entry that carries the page as text.",
    "epub": "A book of two chapters, which are pages.",
    "mht": "A page saved from a browser as a web archive.",
    "pdf": "Printed by LibreOffice: characters with places, tables over page breaks.",
    "rtf": "Written by LibreOffice, read through LibreOffice.",
    "doc": "Written by LibreOffice, read through LibreOffice.",
    "tiff": "The pages of the PDF at 200 dpi in black and white, in one file: recognised.",
    "zip": "The pages of the PDF at 150 dpi as numbered pictures: recognised, one report.",
}


def _csv(page: Page) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out).writerows(csv_rows(page))
    return out.getvalue().encode("utf-8-sig")


def _mht(html: bytes) -> bytes:
    message = EmailMessage()
    message["Subject"] = "报告"
    message.set_content(html.decode(), subtype="html", charset="utf-8", cte="quoted-printable")
    message.make_mixed("----=_page")
    return message.as_bytes()


def _json(html: bytes) -> bytes:
    return json.dumps({"code": 200, "data": {"id": 7, "content": html.decode()}}, indent=1).encode()


def _rss(html: bytes) -> bytes:
    entry = f"<item><title>年报</title><description><![CDATA[{html.decode()}]]></description></item>"
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0"><channel>{entry}</channel></rss>\n'.encode()


def _epub(html: bytes) -> bytes:
    """The page as a book, cut into chapters before its third heading."""
    before, mark, behind = html.decode().partition("<body>")[2].partition("</body>")[0].partition("<p><strong>三、")
    first, second = (f'<html xmlns="http://www.w3.org/1999/xhtml"><body>{part}</body></html>' for part in (before, mark + behind))
    root = '<rootfile full-path="OEBPS/a.opf" media-type="application/oebps-package+xml"/>'
    items = "".join(f'<item id="c{at}" href="c{at}.xhtml" media-type="application/xhtml+xml"/>' for at in (2, 1))
    package = f'<manifest>{items}</manifest><spine><itemref idref="c1"/><itemref idref="c2"/></spine>'
    parts = {
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": f'<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>{root}</rootfiles></container>',
        "OEBPS/a.opf": f'<package xmlns="http://www.idpf.org/2007/opf">{package}</package>',
        "OEBPS/c1.xhtml": first,
        "OEBPS/c2.xhtml": second,
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name), content, None if name == "mimetype" else zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _scans(pdf: bytes, dpi: int) -> list[Image.Image]:
    document = pypdfium2.PdfDocument(pdf)
    return [page.render(scale=dpi / 72, grayscale=True).to_pil().convert("L") for page in document]


def _tiff(pdf: bytes) -> bytes:
    out = io.BytesIO()
    first, *others = (image.point(lambda value: 255 * (value > 160)).convert("1") for image in _scans(pdf, 200))
    first.save(out, "TIFF", save_all=True, append_images=others, compression="group4")
    return out.getvalue()


def _zip(pdf: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for number, image in enumerate(_scans(pdf, 150), 1):
            picture = io.BytesIO()
            image.quantize(8).save(picture, "PNG", optimize=True)
            archive.writestr(zipfile.ZipInfo(f"第{number}页.png"), picture.getvalue())
    return out.getvalue()


def _inputs() -> dict[str, bytes]:
    sheet = sheet_of(CASE)
    page, word = lay_out(sheet), restyled(rendered(CASE).data, FONTS[0], landscape=False)
    html = layout_named("html.clean").render(sheet, Random(CASE)).data
    made = {
        "csv": _csv(page), "xlsx": xlsx_of(page, SHAPES[0]).data, "ofd": ofd_of(page, Print()).data,
        "xml": sheet_xml_of(page, merged=True, ruled=True).data,
        "mht": _mht(html), "json": _json(html), "rss": _rss(html), "epub": _epub(html),
    }  # fmt: skip
    for kind in ("pdf", "rtf", "doc"):
        with tempfile.TemporaryDirectory() as folder:
            (made[kind],) = convert([("report.docx", word)], kind, Path(folder))
    return made | {"tiff": _tiff(made["pdf"]), "zip": _zip(made["pdf"])}


def main() -> None:
    """Write the inputs and their notes."""
    for kind, content in _inputs().items():
        folder = FOLDER / kind
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"input.{kind}").write_bytes(content)
        (folder / "NOTE.md").write_text(_NOTE.format(title=kind.upper(), says=_SAYS[kind]), "utf-8", newline="\n")


if __name__ == "__main__":
    main()
