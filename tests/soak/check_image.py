"""The image's only step on a clean Debian 12, without Docker; then coulis, Spark and Jupyter in it."""

from deploy.clean_root import check_image
from soak.clean_folder import clean_folder
from soak.row import Row


def check() -> Row:
    with clean_folder("image") as folder:
        check_image(folder)
    return Row(
        "image",
        "deploy/docker/install.sh on a clean Debian 12, then coulis on 192 photos, Spark and Jupyter",
        "1",
        "nothing",
        "make soak CHECKS=image",
    )
