"""YAML's safe subset, by libyaml where PyYAML was built with it: twenty times as fast as in Python, and start-up reads some."""

from typing import Any

import yaml

YAMLError = yaml.YAMLError
_LOADER: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class DoubleKey(Exception):
    """A key that stands twice in one mapping, of which YAML would silently keep the last; `line` counts from 1."""

    def __init__(self, line: int, key: Any) -> None:
        super().__init__(f"line {line}: {key!r}")
        self.line, self.key = line, key


class _Strict(_LOADER):  # type: ignore[misc, valid-type]  # which of the two is known when it runs
    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        twice = next((key for at, key in enumerate(keys) if key in keys[:at]), None)
        if twice is not None:
            raise DoubleKey(node.start_mark.line + 1, twice)
        found: dict[Any, Any] = super().construct_mapping(node, deep)
        return found


def load(text: str) -> Any:
    """What the text says; raises `YAMLError`."""
    return yaml.load(text, Loader=_LOADER)  # noqa: S506  both are the safe one


def load_strictly(text: str) -> Any:
    """The same for a file in which a key may not stand twice; raises `DoubleKey` too."""
    return yaml.load(text, Loader=_Strict)  # noqa: S506  as above
