"""
The arguments: every command with its options, and what `--help` says of them.

Commands are imported when they run: `gongkai --help` must not wait for what they need.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipeline.interrupt import importing

__all__ = ["app"]

app = typer.Typer(
    name="gongkai",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Annual reports on open government information, as checked figures. 政府信息公开工作年度报告：读取、核查、导出。",
)
forms_app = typer.Typer(no_args_is_help=False, help="The statutory forms that are known. 已知的法定格式。")
app.add_typer(forms_app, name="forms")
counties_app = typer.Typer(no_args_is_help=True, help="The registry of counties, 2008 to 2024. 县级以上行政区划登记。")
app.add_typer(counties_app, name="counties")

_PATHS = "Files or folders; - is standard input."
Paths = Annotated[list[Path] | None, typer.Argument(metavar="PATH", help=_PATHS, show_default=False)]
Needed = Annotated[list[Path], typer.Argument(metavar="PATH", help=_PATHS, show_default=False)]
Output = Annotated[Path | None, typer.Option("--output", metavar="DIR", help="Output folder, instead of the configuration's.")]
ConfigFile = Annotated[Path | None, typer.Option("--config", metavar="FILE", help="Configuration, instead of ./gongkai.toml.")]
Manifest = Annotated[Path | None, typer.Option("--manifest", metavar="CSV", help="What is known of documents that came by mail.")]
RulesFile = Annotated[Path | None, typer.Option("--rules", metavar="FILE", help="Rules switched off or weighed otherwise.")]
Lang = Annotated[str | None, typer.Option("--lang", metavar="zh|en", help="Language of labels, instead of the locale's.")]
PublishedOnly = Annotated[bool, typer.Option("--published-only", help="Leave reconstructed figures out of the wide table.")]
Year = Annotated[int | None, typer.Option("--year", metavar="YYYY", help="As it stood at the end of that year.")]
AsJson = Annotated[bool, typer.Option("--json", help="JSON on stdout.")]


@app.callback(invoke_without_command=True)
def _main(version: Annotated[bool, typer.Option("--version", help="Print the version and exit.")] = False) -> None:  # noqa: FBT002
    if version:
        from pipeline.shards import program_version

        typer.echo(f"gongkai {program_version()}")
        raise typer.Exit(0)


@app.command()
def parse(
    paths: Needed,
    kind: Annotated[str, typer.Option("--format", metavar="csv|json|parquet|table", help="Format of the facts.")] = "csv",
    file: Annotated[Path | None, typer.Option("--out", "-o", metavar="FILE", help="File to write, instead of stdout.")] = None,
    manifest: Manifest = None,
    rules: RulesFile = None,
) -> None:
    """Read files or folders and write the facts, cell by cell."""
    with importing():
        from pipeline.commands.parse import parse as command

    raise typer.Exit(command(paths, manifest, rules, kind, file))


@app.command()
def audit(
    paths: Paths = None,
    output: Output = None,
    rules: RulesFile = None,
    lang: Lang = None,
    as_json: AsJson = False,  # noqa: FBT002
) -> None:
    """List what does not hold in files, or in an output folder."""
    with importing():
        from pipeline.commands.audit import audit as command

    raise typer.Exit(command(paths or [], output, rules, lang, as_json=as_json))


@app.command()
def export(
    paths: Paths = None,
    config: ConfigFile = None,
    output: Output = None,
    rules: RulesFile = None,
    published_only: PublishedOnly = False,  # noqa: FBT002
    lang: Lang = None,
) -> None:
    """Write the tables of an output folder once more, or of files that are read first."""
    with importing():
        from pipeline.commands.run import export_again as command

    raise typer.Exit(command(paths or [], config, output, rules, lang, published_only=published_only))


@app.command()
def compare(  # noqa: PLR0913, PLR0917 - an argument an option
    paths: Paths = None,
    indicator: Annotated[
        list[str] | None, typer.Option("--indicator", metavar="CODE", help="Code or short name, as in the table `indicators`.")
    ] = None,
    counties: Annotated[
        list[str] | None,
        typer.Option("--counties", metavar="NAMES", help="Names, codes or ids; a prefecture or province means its counties."),
    ] = None,
    years: Annotated[str | None, typer.Option("--years", metavar="YYYY-YYYY", help="Data years: 2019-2023, 2016,2021.")] = None,
    level: Annotated[
        str, typer.Option("--level", metavar="LEVEL", help="county, office, department, township, prefecture or province.")
    ] = "county",
    scope: Annotated[
        str | None, typer.Option("--scope", metavar="all|own", help="Only reports that sum the bodies below, or that do not.")
    ] = None,
    per: Annotated[
        Path | None, typer.Option("--per", metavar="FILE", help="Divide by a table: county_code, year, one figure.")
    ] = None,
    approximate: Annotated[bool, typer.Option("--approximate", help="Take figures too that compare only approximately.")] = False,  # noqa: FBT002
    kind: Annotated[
        str | None, typer.Option("--format", metavar="table|csv|xlsx|svg|png", help="Format, instead of the file's.")
    ] = None,
    chart: Annotated[str | None, typer.Option("--chart", metavar="line|bar|heat", help="Kind of picture.")] = None,
    file: Annotated[Path | None, typer.Option("--out", "-o", metavar="FILE", help="File to write, or a folder.")] = None,
    config: ConfigFile = None,
    output: Output = None,
    lang: Lang = None,
    as_json: AsJson = False,  # noqa: FBT002
) -> None:
    """Put counties and years side by side: no ranking, no score, and every gap with its reason."""
    with importing():
        from pipeline.commands.compare import Request
        from pipeline.commands.compare import compare_command as command

    request = Request(indicator or [], counties or [], years, level, scope, per, approximate, kind, chart, file, as_json)
    raise typer.Exit(command(request, paths or [], config, output, lang))


@app.command()
def report(  # noqa: PLR0913, PLR0917 - an argument an option
    paths: Paths = None,
    counties: Annotated[
        list[str] | None,
        typer.Option("--counties", metavar="NAMES", help="Names, codes or ids; a prefecture or province means its counties."),
    ] = None,
    years: Annotated[str | None, typer.Option("--years", metavar="YYYY-YYYY", help="Data years: 2019-2023, 2016,2021.")] = None,
    indicator: Annotated[
        list[str] | None, typer.Option("--indicator", metavar="CODE", help="Instead of the usual eight; may be repeated.")
    ] = None,
    scope: Annotated[
        str | None, typer.Option("--scope", metavar="all|own", help="Only reports that sum the bodies below, or that do not.")
    ] = None,
    file: Annotated[Path | None, typer.Option("--out", "-o", metavar="FILE", help="HTML file to write, or a folder.")] = None,
    config: ConfigFile = None,
    output: Output = None,
    lang: Lang = None,
) -> None:
    """Write one HTML page for auditors: coverage, findings, comparisons, and the source of every figure."""
    with importing():
        from pipeline.commands.report import Wanted
        from pipeline.commands.report import report as command

    wanted = Wanted(indicator or [], counties or [], years, scope, file)
    raise typer.Exit(command(wanted, paths or [], config, output, lang))


@app.command()
def query(
    sql: Annotated[
        str, typer.Argument(metavar="SQL", help="One SELECT over facts, reports, findings, series, panel …", show_default=False)
    ],
    kind: Annotated[str, typer.Option("--format", metavar="table|csv|json", help="Format of the answer.")] = "table",
    config: ConfigFile = None,
    output: Output = None,
) -> None:
    """Ask the tables of an output folder in SQL; reads only. Needs the extra `analysis`."""
    with importing():
        from pipeline.commands.query import query as command

    raise typer.Exit(command(sql, kind, config, output))


@app.command()
def explain(
    report: Annotated[str, typer.Argument(help="A file, or the report_id of a report in the output folder.", show_default=False)],
    address: Annotated[str, typer.Argument(help="Address of the cell: table.row.column.", show_default=False)],
    config: ConfigFile = None,
    output: Output = None,
    rules: RulesFile = None,
    lang: Lang = None,
) -> None:
    """Show one cell: what was read, where it stands, and the identities it takes part in."""
    with importing():
        from pipeline.commands.explain import explain as command

    raise typer.Exit(command(report, address, config, output, rules, lang))


@app.command()
def run(
    paths: Paths = None,
    manifest: Manifest = None,
    config: ConfigFile = None,
    output: Output = None,
    rules: RulesFile = None,
    lang: Lang = None,
) -> None:
    """Do the whole job: read, audit, export. Without a PATH, on the reports that come with the program."""
    with importing():
        from pipeline.commands.run import run as command

    raise typer.Exit(command(paths or [], manifest, config, output, rules, lang))


@app.command()
def fetch(
    config: ConfigFile = None,
    output: Output = None,
    limit: Annotated[int | None, typer.Option("--limit", min=1, metavar="N", help="Ask at most N addresses.")] = None,
    refresh: Annotated[bool, typer.Option("--refresh", help="Look again at what was had before.")] = False,  # noqa: FBT002
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be asked first, and ask nothing.")] = False,  # noqa: FBT002
    from_warc: Annotated[
        Path | None, typer.Option("--from-warc", metavar="PATH", help="Take the answers from a WARC file or folder; ask nobody.")
    ] = None,
) -> None:
    """Fetch the lists of sites and their reports, politely, and keep every answer; go on where an earlier run stopped."""
    with importing():
        from pipeline.commands.fetch import fetch as command

    raise typer.Exit(command(config, output, limit=limit, refresh=refresh, dry_run=dry_run, from_warc=from_warc))


@app.command()
def status(config: ConfigFile = None, output: Output = None, as_json: AsJson = False) -> None:  # noqa: FBT002
    """Show what became of every list: complete, partial or blocked, and its reports by year."""
    with importing():
        from pipeline.commands.fetch import status as command

    raise typer.Exit(command(config, output, as_json=as_json))


@app.command()
def retry(
    reasons: Annotated[
        list[str] | None, typer.Argument(metavar="REASON", help="Only these, such as blocked or tls_failed.")
    ] = None,
    config: ConfigFile = None,
    output: Output = None,
) -> None:
    """Ask again only what has failed, all of it or by reason."""
    with importing():
        from pipeline.commands.fetch import retry as command

    raise typer.Exit(command(config, output, reasons or []))


@forms_app.callback(invoke_without_command=True)
def _forms(context: typer.Context, lang: Lang = None, as_json: AsJson = False) -> None:  # noqa: FBT002
    if context.invoked_subcommand is None:
        list_forms(lang, as_json)


@forms_app.command("list")
def list_forms(lang: Lang = None, as_json: AsJson = False) -> None:  # noqa: FBT002
    """List the forms."""
    with importing():
        from pipeline.commands.forms import list_forms as command

    raise typer.Exit(command(lang, as_json=as_json))


@forms_app.command("show")
def show_form(
    name: Annotated[str, typer.Argument(help="Name of the form, such as 2021.", show_default=False)], lang: Lang = None
) -> None:
    """Print one form as it is printed: tables, labels, blocks, columns."""
    with importing():
        from pipeline.commands.forms import show_form as command

    raise typer.Exit(command(name, lang))


@counties_app.command("find")
def find_counties(
    text: Annotated[
        str, typer.Argument(metavar="TEXT", help="Name, with or without its superiors, or code.", show_default=False)
    ],
    year: Year = None,
    province: Annotated[
        str | None, typer.Option("--province", metavar="NAME", help="In this province only: name or code.")
    ] = None,
    lang: Lang = None,
    as_json: AsJson = False,  # noqa: FBT002
) -> None:
    """List every county, prefecture or province that a name may mean."""
    with importing():
        from pipeline.commands.counties import find_counties as command

    raise typer.Exit(command(text, year, province, lang, as_json=as_json))


@counties_app.command("show")
def show_counties(
    text: Annotated[str, typer.Argument(metavar="TEXT", help="Code, id or name.", show_default=False)],
    year: Year = None,
    history: Annotated[bool, typer.Option("--history", help="All its codes and names, where it came from and went.")] = False,  # noqa: FBT002
    lang: Lang = None,
    as_json: AsJson = False,  # noqa: FBT002
) -> None:
    """Print one division, with --history over the years."""
    with importing():
        from pipeline.commands.counties import show_counties as command

    raise typer.Exit(command(text, year, lang, history=history, as_json=as_json))
