"""`score-import submit`: send files, follow their imports, say what came of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from json import dumps
from pathlib import Path
from typing import Any

import click
from click.shell_completion import CompletionItem
from rich.console import Console
from rich.markup import escape

from cli import failed_entries
from cli.check_report import report_lines
from cli.failed_entries import Upload
from cli.import_summary import Summary
from cli.remote import EXIT_COMPLETED, EXIT_FAILED, Remote, exit_code, remote_options, say, told
from cli.showing import json_option
from score_import_client import Client, ClientError, ErrorLine, ImportDocument, Submitted

watch_option = click.option("--watch/--no-watch", default=True, help="wait for the result")


def follow(
    client: Client, submitted: Submitted, name: str, *, quiet: bool = False
) -> ImportDocument:
    """Shows how far an import is, and at its end what it brought. Raises ClientError.

    name: what is imported, for people. quiet: nothing is put out.
    """
    with progress(f"{name}: {submitted.import_id}", quiet) as tell:
        document = client.wait(submitted, tell)
    if not quiet:
        seconds = (document["timeFinished"] - document["timeStarted"]) / 1000
        put(
            f"[green]Import completed[/] in {seconds:.2f} s: {escape(name)}, {document['importID']}"
        )
        for line in Summary.of(document).lines():
            put(f"  {line}")
    return document


def put(text: str) -> None:
    """Prints a line of what a command puts out, in rich's markup. Never broken."""
    Console().print(text, soft_wrap=True, highlight=False)


def progress(name: str, quiet: bool) -> AbstractContextManager[Callable[[str], None]]:
    """While something is done, takes what the server says of it, and shows it in a terminal."""
    if quiet:
        return nullcontext(lambda _: None)
    return _Progress(name)


class _Progress(AbstractContextManager[Callable[[str], None]]):
    def __init__(self, name: str) -> None:
        self._name = escape(name)
        self._status = Console(stderr=True).status(f"{self._name} ...")

    def __enter__(self) -> Callable[[str], None]:
        self._status.start()
        return lambda text: self._status.update(f"{self._name}: {escape(text)}")

    def __exit__(self, *_: object) -> None:
        self._status.stop()


def _import_types(
    _context: click.Context, _parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """The file types there are, for a shell that asks."""
    from worker.import_types.registry import UPLOADED_TYPES

    return [CompletionItem(name) for name in UPLOADED_TYPES if name.startswith(incomplete)]


def _field(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise click.BadParameter(f"'{text}' is not NAME=VALUE", param_hint="--field")
    return name, value


_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_NEW_FILE = click.Path(dir_okay=False, writable=True, path_type=Path)


@click.command()
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=_FILE)
@click.option(
    "--type",
    "import_type",
    required=True,
    shell_complete=_import_types,
    help="e.g. file/eamusement-iidx-csv",
)
@click.option("--playtype", help="for the import types that ask for it, e.g. SP")
@click.option("--field", "fields", multiple=True, metavar="NAME=VALUE", help="any other form field")
@click.option("--check", is_flag=True, help="only say what the import would do; nothing is stored")
@watch_option
@json_option
@click.option(
    "--errors",
    "errors_file",
    type=_NEW_FILE,
    help="write all errors to this file: JSON, or CSV where it is called .csv",
)
@click.option(
    "--only-failed-from",
    type=_FILE,
    help="send only the entries that this file of --errors names, and those in a row with them",
)
@click.option(
    "--write",
    "write_to",
    type=_NEW_FILE,
    help="with --only-failed-from: write what would be sent to this file, and send nothing",
)
@remote_options
@click.pass_context
def submit(
    context: click.Context,
    files: tuple[Path, ...],
    import_type: str,
    playtype: str | None,
    fields: tuple[str, ...],
    check: bool,
    watch: bool,
    as_json: bool,
    errors_file: Path | None,
    only_failed_from: Path | None,
    write_to: Path | None,
    remote: Remote,
) -> None:
    """Import the scores in each FILE, one after the other.

    The exit code is 0 when all imports completed (also with errors on single scores), 1 when
    one failed (with --check: would be refused), 2 when the server could not be asked.

    With --json a line of JSON is printed for each file: `file`, `importID`, and `import`, `check`
    or `error`.
    """
    form = dict(map(_field, fields)) | ({} if playtype is None else {"playtype": playtype})
    if write_to is not None and (only_failed_from is None or len(files) != 1):
        raise click.UsageError("--write takes --only-failed-from, and one FILE.")
    if errors_file is not None and not watch and not check:
        raise click.UsageError("--errors are known once an import was waited for.")
    uploads = [*map(failed_entries.whole, files)]
    if only_failed_from is not None:
        failed = failed_entries.read(only_failed_from)
        parts = [failed_entries.only_failed(file, import_type, failed) for file in files]
        uploads = [part for part in parts if part is not None]
    if write_to is not None:
        write_to.write_bytes(uploads[0].content if uploads else b"")
        return
    if not uploads:
        say("Nothing of it failed.")
    with remote.client() as client:
        sending = Sending(client, import_type, form, check=check, watch=watch, as_json=as_json)
        for upload in uploads:
            sending.send(upload)
    if errors_file is not None:
        failed_entries.write(errors_file, sending.errors)
    context.exit(sending.exit_code)


class Sending:
    """Files on their way, one after the other, and what came of them.

    errors: a line for each entry that became no score, see `failed_entries`.
    """

    def __init__(
        self,
        client: Client,
        import_type: str,
        fields: Mapping[str, str],
        *,
        check: bool = False,
        watch: bool = True,
        as_json: bool = False,
    ) -> None:
        self._client = client
        self._import_type = import_type
        self._fields = fields
        self._check = check
        self._watch = watch
        self._as_json = as_json
        self.errors: list[dict[str, Any]] = []
        self.exit_code = EXIT_COMPLETED

    def send(self, upload: Upload) -> None:
        """Sends a file, or has it checked; what goes wrong is told, and in the exit code."""
        result: dict[str, Any] = {"file": upload.name}
        try:
            if self._check:
                self._try(upload, result)
            else:
                self._import(upload, result)
        except ClientError as error:
            self.exit_code = max(self.exit_code, exit_code(error))
            result["error"] = str(error)
            self._note(upload, result, [{"type": failed_entries.WHOLE, "message": str(error)}])
            accepted = f" (import {result['importID']})" if "importID" in result else ""
            say(f"[red]{escape(upload.name)}: {escape(told(error))}{accepted}[/]")
        if self._as_json:
            click.echo(dumps(result, ensure_ascii=False))

    def _import(self, upload: Upload, result: dict[str, Any]) -> None:
        with progress(f"Sending {upload.name}", self._as_json):
            submitted = self._client.submit(
                upload.content, self._import_type, self._fields, filename=upload.name
            )
        result["importID"] = submitted.import_id
        if not self._watch and submitted.document is None:
            if not self._as_json:
                put(f"Accepted as {submitted.import_id}, to be followed at {submitted.url}")
            return
        document = follow(self._client, submitted, upload.name, quiet=self._as_json)
        result["import"] = document
        self._note(upload, result, document["errors"])

    def _try(self, upload: Upload, result: dict[str, Any]) -> None:
        with progress(f"Checking {upload.name}", self._as_json):
            report = self._client.check(
                upload.content, self._import_type, self._fields, filename=upload.name
            )
        result["check"] = report
        if report["refusal"] is not None:
            self.exit_code = max(self.exit_code, EXIT_FAILED)
            whole: ErrorLine = {
                "type": failed_entries.WHOLE,
                "message": report["refusal"]["message"],
            }
            self._note(upload, result, [whole])
        self._note(upload, result, report["errors"])
        if not self._as_json:
            for line in report_lines(upload.name, report):
                put(line)

    def _note(self, upload: Upload, result: Mapping[str, Any], errors: Any) -> None:
        for error in errors:
            line = {name: error.get(name) for name in failed_entries.COLUMNS}
            line |= {"file": upload.name, "importID": result.get("importID")}
            self.errors.append(line | {"index": upload.index(error.get("index"))})
