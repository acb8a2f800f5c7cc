"""The image that is made without Docker: the same sources on the same base give the same one."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests import soak
from tools import image
from tools.binaries import NoGoError


@pytest.mark.skipif(not soak.whole(), reason="a second build takes minutes: KUBECS_SOAK=1 makes it")
@pytest.mark.timeout(1800)
def test_a_second_build_gives_the_same_digest(tmp_path: Path) -> None:
    try:
        first = image.ensure_archive()
        shutil.copyfile(image.DIRECTORY / "base.tar", tmp_path / "base.tar")  # Debian may have newer packages by now
        second = image.build_with_buildah("kubecs:again", tmp_path)
    except (image.NoBuilderError, NoGoError) as missing:
        pytest.skip(str(missing))
    assert image.digest(second) == image.digest(first)
