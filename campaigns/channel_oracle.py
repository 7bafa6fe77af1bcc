"""The registry of whoever can say which channel each analytics tool will give a link."""

from collections.abc import Callable, Mapping

Predictor = Callable[[Mapping[str, str]], dict[str, str]]

_predictors: list[Predictor] = []


def register(predictor: Predictor) -> None:
    """Ask this predictor from now on: UTM values in, tool → channel name out."""
    if predictor not in _predictors:
        _predictors.append(predictor)


def predict(utm: Mapping[str, str]) -> dict[str, str] | None:
    """Return the channel each tool will show, or None where nobody can say."""
    if not _predictors:
        return None
    return {tool: channel for ask in _predictors for tool, channel in ask(utm).items()}
