"""What a page of figures says, for tests: by name and labels."""

from __future__ import annotations

from prometheus_client.parser import text_string_to_metric_families

from jumak import metrics


def figures(page: str | None = None) -> dict[str, float]:
    """`name{label="value"}` → figure; the labels by name. page: this process's own unless given."""
    text = metrics.text().decode() if page is None else page
    return {
        sample.name
        + "".join(f"{{{name}={value}}}" for name, value in sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def moved(before: dict[str, float], after: dict[str, float]) -> dict[str, float]:
    """How much each figure has grown."""
    return {name: grown for name, value in after.items() if (grown := value - before.get(name, 0.0))}
