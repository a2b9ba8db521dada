"""Groups of subcommands that suggest the right name for a mistyped one."""

from __future__ import annotations

import click

from nnpot.support.messages import suggestion


class Suggesting(click.Group):
    """As click's group, which suggests options but no subcommands."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0] if args else ""
        if name and not name.startswith("-") and self.get_command(ctx, name) is None:
            close = suggestion(name, self.list_commands(ctx), "the commands are ")
            ctx.fail(f"no such command '{name}'; {close}")
        return super().resolve_command(ctx, args)
