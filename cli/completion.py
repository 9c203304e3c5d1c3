"""`score-import completion`: what a shell needs to complete commands and options."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

PROGRAM = "score-import"
VARIABLE = "_SCORE_IMPORT_COMPLETE"


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print the completion script for SHELL.

    For bash, put `eval "$(score-import completion bash)"` into ~/.bashrc; for zsh the same with
    zsh into ~/.zshrc. For fish:
    `score-import completion fish > ~/.config/fish/completions/score-import.fish`.
    """
    kind = get_completion_class(shell)
    assert kind is not None, "one of click's own"
    click.echo(kind(context.find_root().command, {}, PROGRAM, VARIABLE).source())
