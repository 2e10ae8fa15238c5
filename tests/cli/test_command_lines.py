"""What people type, as a table: a command line, its exit code, and what it says. Wrong use is in test_usage.py."""

import shlex
import shutil
from pathlib import Path

import pytest
from cli.command import copy_photos, coulis, succeed

# There are photos/ (12 of them), bad/ (the same and a broken one), empty/, and runs of photos/: done/, unfinished/.
# code, command line, what stdout says, what stderr says
LINES = [
    (0, "run photos out -k 3", "12 photos: 12 with features, 0 failed", "12 photos in 1 part"),
    (0, "run photos done -k 3", "up to date", ""),
    (0, "run photos done -k 3 --json", '"up_to_date":true', ""),
    (0, "run photos done -k 4", "4 components explain", "1 done, 0 to do"),
    (0, "run photos done -k 3 --fresh", "12 photos: 12 with features", "0 done, 1 to do"),
    (0, "run photos out --variance 0.5", "components explain", ""),
    (0, "run photos out --variance 50%", "components explain", ""),
    (0, "run photos out -k 99", "12 components explain", "warning: k is"),
    (0, "run photos out -k 3 --precision int8", "12 with features", ""),
    (0, "run photos out -k 3 --threads 1 --images-per-part 5", "12 with features", "12 photos in 3 parts"),
    (0, "run photos out -k 3 -q", "", ""),
    (0, "run photos out -k 3 -v", "12 with features", "part 0: 12 photos, new"),
    (0, "run photos out -k 3 --include '*_100.jpg'", "with features", ""),
    (0, "run photos out -k 3 --csv-separator ';' --compression zstd", "12 with features", ""),
    (0, "run photos out -k 3 --pca-convention spark --no-thumbnails", "12 with features", ""),
    (0, "run bad out -k 3", "13 photos: 12 with features, 1 failed", ""),
    (0, "run bad out -k 3 --max-bad 50%", "1 failed", ""),
    (3, "run bad out -k 3 --max-bad 1%", "", "broken.jpg"),
    (3, "run bad out -k 3 --on-bad fail", "", "broken.jpg"),
    (4, "run empty out", "", "no photos found"),
    (4, "run photos out --exclude '*'", "", "no photos found"),
    (5, "run nowhere out", "", "nowhere"),
    (2, "rum photos out", "", "try: coulis run"),
    (2, "run photos out --precison int8", "", "try: --precision"),
    (0, "plan photos out", "1 part: 0 done, 1 to do (12 photos)", ""),
    (0, "plan photos out", "USD (list prices of us-east-1", ""),
    (0, "plan photos done", "1 part: 1 done, 0 to do (0 photos)", ""),
    (0, "plan photos out --json", '"usd":', ""),
    (4, "plan empty out", "", "no photos found"),
    (0, "fit done -k 2", "2 components explain", ""),
    (0, "fit done --variance 0.9 --json", '"k":', ""),
    (1, "fit photos", "", "no finished run"),
    (1, "fit unfinished -k 2", "", "run"),
    (0, "project photos out --pca done/pca_model.safetensors", "12 photos: 12 with features", ""),
    (2, "project photos out --pca photos/none.safetensors", "", "name the pca_model.safetensors of an OUTPUT"),
    (0, "verify done", "", ""),
    (1, "verify unfinished", "_SUCCESS", ""),
    (0, "report done", "report.html", ""),
    (1, "report photos", "", "no finished run"),
    (0, "check", "model", ""),
    (0, "check photos", "12 files", ""),
    (5, "check nowhere", "nowhere", ""),
    (0, "models", "mobilenet", ""),
    (0, "models --json", '"sha256":', ""),
    (0, "completion bash", "complete", ""),
    (0, "completion zsh", "compdef", ""),
    (0, "completion fish", "complete -c coulis", ""),
    (0, "man", ".TH", ""),
    (0, "--version", "coulis ", ""),
    (0, "--help", "Exit codes:", ""),
    (0, "run --help", "Example", ""),
]  # fmt: skip


@pytest.fixture(scope="session")
def photos_of_all_kinds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("places")
    copy_photos(folder / "photos", 12)
    shutil.copytree(folder / "photos", folder / "bad")
    (folder / "bad" / "broken.jpg").write_text("no photo")
    (folder / "empty").mkdir()
    return folder


@pytest.mark.parametrize(("code", "line", "stdout", "stderr"), LINES, ids=[line for _, line, _, _ in LINES])
def test_a_command_line_does_what_the_table_says(photos_of_all_kinds, tmp_path, code, line, stdout, stderr):
    shutil.copytree(photos_of_all_kinds, tmp_path, dirs_exist_ok=True)
    for output in ("done", "unfinished"):
        if output in line:
            succeed("run", "photos", output, "-k", 3, cwd=tmp_path)
    (tmp_path / "unfinished" / "_SUCCESS").unlink(missing_ok=True)
    result = coulis(*shlex.split(line), cwd=tmp_path)
    assert result.code == code, result.stderr
    assert stdout in result.stdout
    assert stderr in result.stderr
    if stderr == "" and stdout == "":
        assert result.stderr == ""
