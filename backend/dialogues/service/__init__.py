"""One dialogue for every chat channel.

`handle(deps, incoming) -> tuple[Outgoing, ...]` is synchronous, never raises for what a person sends, keeps the order of one
person's messages over all processes, and answers the same message the same way. `commands()` are the entries of a menu.
"""
