"""The registry of whoever can say which channel each analytics tool will give a link."""

from collections.abc import Callable, Mapping

Predictor = Callable[[Mapping[str, str]], dict[str, str]]
Channels = dict[str, str] | None

_preparers: list[Callable[[], Predictor]] = []


def register(prepare: Callable[[], Predictor]) -> None:
    """Ask this one from now on for a predictor: UTM values in, tool → channel name out."""
    if prepare not in _preparers:
        _preparers.append(prepare)


def predict(utm: Mapping[str, str]) -> Channels:
    """Return the channel each tool will show, or None where nobody can say."""
    return predictor()(utm)


def predictor() -> Callable[[Mapping[str, str]], Channels]:
    """Return who predicts for a long list: prepared once, and asked once for equal values."""
    asked = [prepare() for prepare in _preparers]
    memory: dict[tuple[tuple[str, str], ...], dict[str, str]] = {}

    def ask(utm: Mapping[str, str]) -> Channels:
        if not asked:
            return None
        key = tuple(utm.items())
        known = memory.get(key)
        if known is None:
            known = {tool: channel for each in asked for tool, channel in each(utm).items()}
            memory[key] = known
        return known

    return ask
