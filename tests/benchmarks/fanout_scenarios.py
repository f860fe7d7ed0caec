"""The scenarios of the fan-out benchmark, and the goals that each has to meet."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Phase:
    """Of one of the two who write: CPU per message, what arrives, and how old it is."""

    microseconds: float
    percent: float
    p50: float
    p99: float

    def __str__(self) -> str:
        return (
            f"{self.microseconds:.1f} us each, {self.percent:.1f} % delivered, "
            f"p50 {self.p50:.0f}, p99 {self.p99:.0f} ms"
        )


@dataclass(frozen=True)
class Scenario:
    """Who follows what, and how often it changes."""

    subscribers: int
    hertz: float
    kind: str = "ws"
    rights: int = 1
    users: int = 1
    selections: int = 1
    runs: int = 1
    stuck: int = 0
    grows: bool = False
    """Whether memory is compared after many events, instead of the CPU with a bare loop's."""
    seconds: float = 8.0
    settles: float = 2.0
    """Seconds between the first event of each subscriber and the measurement."""

    def scaled(self, scale: float, seconds: float) -> Scenario:
        def part(number: int) -> int:
            return number if number == 1 else max(2, round(number * scale))

        return replace(
            self,
            subscribers=part(self.subscribers),
            users=part(self.users),
            selections=part(self.selections),
            runs=min(self.runs, part(self.subscribers)),
            seconds=seconds,
        )


SCENARIOS = {
    "ws": Scenario(5_000, 5),
    "sse": Scenario(5_000, 5, "sse"),
    "users": Scenario(5_000, 5, users=5_000),
    "users-sse": Scenario(5_000, 5, "sse", users=5_000),
    "rights": Scenario(5_000, 5, rights=50, users=5_000),
    "selections": Scenario(1_000, 5, selections=1_000, settles=15),
    "runs": Scenario(10_000, 1, runs=200),
    "stuck": Scenario(5_000, 5, stuck=1),
    "growth": Scenario(20, 200, grows=True),
}


def goals(options: Scenario, ours: Phase, ratio: float, kilobytes: float) -> list[str]:
    """Those that are missed."""
    most = 30 if options.kind == "ws" else 12
    checks = {
        f"ratio {ratio:.2f} > 1.5": ratio > 1.5,
        f"{ours.percent:.1f} % delivered": ours.percent < 99.5,
        f"p99 {ours.p99:.0f} ms > 120": ours.p99 > 120,
        f"{kilobytes:.1f} kB > {most}": options.selections == 1 and kilobytes > most,
    }
    return [text for text, missed in checks.items() if missed]
