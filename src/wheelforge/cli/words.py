"""How quantities and events are put into words."""

from __future__ import annotations

from typing import assert_never

from wheelforge.events import (
    Collected,
    DownloadAdvanced,
    Downloaded,
    Event,
    Looked,
    Note,
    PhaseFinished,
    PhaseStarted,
    Step,
    UnitFailed,
    UnitFinished,
    UnitStarted,
    Warn,
)

_KILO = 1000


def size(count: int) -> str:
    """Bytes as a person reads them: ``759 kB``, ``1.2 MB``."""
    value = float(count)
    for unit, digits in (("B", 0), ("kB", 0), ("MB", 1), ("GB", 1)):
        if round(value, digits) < _KILO:
            return f"{value:.{digits}f} {unit}"
        value /= _KILO
    return f"{value:.1f} TB"


def counted(number: int, noun: str) -> str:
    """``1 wheel``, ``2 wheels``."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def line(event: Event) -> str | None:  # noqa: PLR0911 - one sentence an event
    """The one line that stays on the screen for an event; ``None`` where there is none."""
    match event:
        case Collected(filename=filename, why=why, size=count):
            return f"  {filename}  {size(count)}{'  build only' if why == 'build' else ''}"
        case UnitFinished(wheel=wheel, cached=True):
            return f"  {wheel}  from the cache"
        case UnitFinished(wheel=wheel, seconds=seconds):
            return f"  {wheel}  {seconds:.1f} s"
        case UnitFailed(subject=subject):
            return f"  {subject}  failed"
        case Step(text=text):
            return f"  {text}"
        case PhaseFinished(phase=phase, count=count, noun=noun, remark=remark):
            return f"{phase.value}: {counted(count, noun)}{remark and ' '}{remark}"
        case Note(text=text):
            return f"note: {text}"
        case Warn(text=text, hint=hint):
            return f"warning: {text}" + (f"\nhint: {hint}" if hint else "")
        case PhaseStarted() | Looked() | Downloaded() | DownloadAdvanced() | UnitStarted():
            return None
        case _:
            assert_never(event)


def detail(event: Event) -> str | None:
    """The line of an event that only ``-v`` shows."""
    match event:
        case Looked(subject=subject):
            return f"  read {subject}"
        case Downloaded(filename=filename, size=count, cached=cached):
            return f"  {'had' if cached else 'fetched'} {filename}  {size(count)}"
        case UnitStarted(subject=subject):
            return f"  building {subject}"
        case PhaseStarted(phase=phase):
            return f"{phase.value} ..."
        case _:
            return None


def doing(event: Event) -> str | None:
    """What a live display says that is being done."""
    match event:
        case Looked(subject=subject):
            return f"reading {subject}"
        case DownloadAdvanced(filename=filename) | Downloaded(filename=filename):
            return f"fetching {filename}"
        case UnitStarted(subject=subject):
            return f"building {subject}"
        case PhaseStarted(phase=phase):
            return phase.value
        case _:
            return None
