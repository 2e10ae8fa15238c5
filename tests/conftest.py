"""Every skip is printed at the end, and one that tests/expected_skips.txt does not have fails the run."""

from pathlib import Path

import pytest
from expected_skips import Skip, describe

ROOT = Path(__file__).parents[1]
said = pytest.StashKey[str]()


def skips_of(reports) -> list[Skip]:
    """name, reason: each once, though every worker of xdist reports what it could not collect."""
    skips = set()
    for report in reports:
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        skips.add((report.nodeid, reason.removeprefix("Skipped: ")))
    return sorted(skips)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session, exitstatus):
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None or hasattr(session.config, "workerinput"):  # a worker of xdist
        return
    text, fine = describe(skips_of(reporter.stats.get("skipped", [])))
    session.config.stash[said] = text
    if not fine and session.exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter, config):
    if text := config.stash.get(said, ""):
        terminalreporter.section("skips")
        terminalreporter.line(text)
