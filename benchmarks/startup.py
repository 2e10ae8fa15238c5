"""How long `coulis --version` takes, compared with the smallest possible program and an empty Python.

    python benchmarks/startup.py [--rounds 30] [--json FILE]

Protocol: the printed version is compared with the file VERSION. Then the three run in turn, round by round. A time
covers fork, exec, run and wait. Most of coulis's time is the loader's: Arrow and the codecs are shared libraries.
"""

import sys

import harness
import report


def main() -> None:
    arguments = harness.parse(harness.make_parser(__doc__), rounds=30)
    version = f"coulis {(harness.ROOT / 'VERSION').read_text().strip()}"
    if (printed := harness.run_measured([harness.COULIS, "--version"]).stdout.strip()) != version:
        sys.exit(f"coulis --version prints {printed!r}, not {version!r}")

    machine = report.describe_machine()
    usages = harness.run_in_turn(
        {
            "coulis --version": lambda: harness.run_measured([harness.COULIS, "--version"]),
            "python3 -c pass": lambda: harness.run_measured([sys.executable, "-c", "pass"]),
            "/bin/true": lambda: harness.run_measured(["/bin/true"]),
        },
        arguments.rounds,
    )
    figures = [
        report.make_figure(
            name,
            "ms",
            [usage.wall_s * 1000 for usage in used],
            at_most=50 if name.startswith("coulis") else None,
        )
        for name, used in usages.items()
        if name != harness.PEAK
    ]
    cpu_ms = [usage.cpu_s * 1000 for usage in usages["coulis --version"]]
    figures.append(report.make_figure("coulis --version, CPU time", "ms", cpu_ms))
    figures.append(report.make_peak_figure(usages))
    report.publish("Start-up", "the version printed is that of the file VERSION", arguments, machine, figures)


if __name__ == "__main__":
    main()
