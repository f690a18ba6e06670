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
