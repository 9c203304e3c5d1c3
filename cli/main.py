"""The `score-import` command.

Each subcommand lives in a module of its own, imported when it is used: `score-import submit`
needs neither a database driver nor the embedded servers.
"""

from importlib import import_module
from typing import Any

import click

from cli.errors import database_errors_told

# Subcommand -> (where it is, what it is for).
COMMANDS = {
    "up": ("cli.local.up:up", "Run everything on this machine"),
    "status": ("cli.local.status:status", "Say how what `up` started is doing"),
    "submit": ("cli.submit:submit", "Import files of scores, or check them"),
    "sync": ("cli.sync:sync", "Fetch scores from another service"),
    "imports": ("cli.imports:imports", "Look at your imports, follow them, take them back"),
    "orphans": ("cli.orphans:orphans", "Look at scores that wait for their charts"),
    "login": ("cli.login:login", "Keep a server and your token there"),
    "logout": ("cli.login:logout", "Forget them"),
    "whoami": ("cli.login:whoami", "Say whose the token is"),
    "completion": ("cli.completion:completion", "Print the completion script for a shell"),
    "users": ("cli.accounts:users", "Create, list, ban, rename and delete users; invite people"),
    "tokens": ("cli.accounts:tokens", "Create, list and revoke API tokens"),
    "jobs": ("cli.jobs:jobs", "Look at jobs, cancel them, run them again"),
    "clients": ("cli.clients:clients", "Register programs that users give tokens to"),
    "keys": ("cli.keys:keys", "Make and change the keys of stored credentials"),
    "seeds": ("cli.seeds:seeds", "Load the catalogue of songs and charts"),
    "purge": ("cli.purge:purge", "Remove what is not needed any more"),
    "backup": ("cli.backup:backup", "Write the whole database to a file"),
    "restore": ("cli.backup:restore", "Read such a file into a database"),
    "verify": ("cli.verify:verify", "Check what is stored of a user against their scores"),
    "psql": ("cli.psql:psql", "Open a prompt on the database"),
    "metrics": ("cli.metrics:metrics", "Serve metrics to Prometheus"),
    "worker-health": ("cli.health:health", "Say whether the workers here take jobs"),
    "migrate": ("cli.migrate:migrate", "Bring the database schema up to date"),
}


class LazyGroup(click.Group):
    """A group that imports a subcommand only to run it or to show its own help."""

    def invoke(self, ctx: click.Context) -> Any:
        with database_errors_told():
            return super().invoke(ctx)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name][0].partition(":")
        command: click.Command = getattr(import_module(module), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, purpose) for name, (_, purpose) in COMMANDS.items()])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="score-import")
def main() -> None:
    """Import scores of rhythm games into a tracker."""
