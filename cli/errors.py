"""What ends a command with a sentence instead of a traceback."""

import click


class CommandError(click.ClickException):
    """What was asked for cannot be; the text says why, to a person. The exit code is 1."""
