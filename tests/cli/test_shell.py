"""What a shell and a person get beside the results: completion, the manual page, the word that was meant."""

import shutil
import subprocess

import pytest
from cli.command import COMMAND, coulis, succeed

VERBS = [
    "run",
    "featurize",
    "serve",
    "plan",
    "fit",
    "project",
    "verify",
    "report",
    "export",
    "pack",
    "check",
    "models",
    "options",
    "completion",
    "man",
]


def need(program: str) -> str:
    found = shutil.which(program)
    if not found:
        pytest.skip(f"{program} is not installed")
    return found


def complete_in_bash(*words: str) -> list[str]:
    """What a real bash offers for the last of the words."""
    script = f"""
        eval "$({COMMAND} completion bash)"
        COMP_WORDS=({" ".join(f"'{word}'" for word in words)}); COMP_CWORD={len(words) - 1}
        _coulis; printf '%s\\n' "${{COMPREPLY[@]}}"
    """
    done = subprocess.run([need("bash"), "-c", script], capture_output=True, text=True, check=True)
    assert not done.stderr
    return done.stdout.split()


def test_bash_completes_verbs():
    assert set(complete_in_bash("coulis", "")) == {*VERBS, "--help", "--version"}
    assert complete_in_bash("coulis", "ve") == ["verify"]


def test_bash_completes_the_flags_of_the_verb():
    assert complete_in_bash("coulis", "run", "--prec") == ["--precision"]
    assert complete_in_bash("coulis", "verify", "--prec") == []
    assert "--endpoint-url" in complete_in_bash("coulis", "check", "--")


def test_bash_leaves_paths_to_itself():
    assert complete_in_bash("coulis", "run", "pho") == []


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_is_one_that_the_shell_can_read(shell, tmp_path):
    script = tmp_path / "script"
    script.write_text(succeed("completion", shell).stdout)
    done = subprocess.run([need(shell), "-n", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_every_verb_is_in_every_script(shell):
    script = succeed("completion", shell).stdout
    assert all(verb in script for verb in VERBS)
    flag = "-l precision" if shell == "fish" else "--precision"
    assert script.count(flag) == 4  # of run, featurize, plan and project


def test_another_shell_is_refused():
    result = coulis("completion", "tcsh")
    assert result.code == 2
    assert "tcsh" in result.stderr


def test_the_manual_page_has_no_warning_and_all_verbs_and_flags():
    page = succeed("man").stdout
    plain_text = "-P-cbou"  # without bold, underlined and overstruck letters
    done = subprocess.run(
        [need("groff"), "-man", "-ww", "-Tutf8", plain_text], input=page, capture_output=True, text=True
    )
    assert done.stderr == ""
    for word in [*(f"coulis {verb}" for verb in VERBS), "--images-per-part", "--endpoint-url", "130"]:
        assert word in done.stdout


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (["rnu", "IN", "OUT"], "coulis run"),
        (["verfy", "OUT"], "coulis verify"),
        (["run", "IN", "OUT", "--thread", "2"], "--threads"),
        (["run", "IN", "OUT", "--varaince=0.9"], "--variance"),
        (["project", "IN", "OUT", "--pac", "x"], "--pca"),
    ],
)
def test_the_word_that_was_meant_is_named(words, meant):
    result = coulis(*words)
    assert result.code == 2
    assert result.stderr.rstrip().endswith(f"try: {meant}")


def test_nothing_is_made_up_for_a_word_like_no_other():
    assert "coulis --help lists them" in coulis("frobnicate").stderr
    assert "coulis run --help" in coulis("run", "IN", "OUT", "--frobnicate").stderr


@pytest.mark.parametrize("verb", VERBS)
def test_the_help_of_a_verb_fits_a_screen(verb):
    lines = succeed(verb, "--help").stdout.rstrip().split("\n")
    assert len(lines) <= 50
    assert max(map(len, lines)) <= 140
    assert not any(word in line for line in lines for word in ("OPTIONS", "Excludes:"))


@pytest.mark.parametrize("verb", sorted({*VERBS} - {"man"}))
def test_the_help_of_a_verb_has_an_example(verb):
    assert f"coulis {verb} " in succeed(verb, "--help").stdout.split("Example")[-1]
