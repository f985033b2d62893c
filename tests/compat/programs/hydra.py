# /// script
# requires-python = ">=3.10"
# dependencies = ["hydra-core>=1.3"]
# [tool.freeze-compat]
# ci = true
# ///
"""Composes a configuration from a folder, with overrides, and instantiates what it names."""

import tempfile
from pathlib import Path

import hydra
from hydra import compose, initialize_config_dir
from omegaconf import OmegaConf

with tempfile.TemporaryDirectory() as folder:
    folder = Path(folder)
    (folder / "db").mkdir()
    (folder / "config.yaml").write_text("defaults:\n  - db: small\n  - _self_\nname: app\nfull: ${name}-${db.size}\n")
    (folder / "db/small.yaml").write_text("_target_: fractions.Fraction\nnumerator: 1\ndenominator: 4\nsize: 1\n")
    (folder / "db/large.yaml").write_text("_target_: collections.Counter\nsize: 9\n")
    with initialize_config_dir(str(folder), version_base=None):
        config = compose("config", overrides=["name=other", "+extra.deep=[1,2]"])
        assert config.full == "other-1" and config.extra.deep == [1, 2]
        large = compose("config", overrides=["db=large"], return_hydra_config=True)
        assert large.db.size == 9 and large.hydra.job_logging.version == 1
        assert large.hydra.launcher._target_ == "hydra._internal.core_plugins.basic_launcher.BasicLauncher"
    config = OmegaConf.create({"_target_": "datetime.timedelta", "days": 2})
    assert hydra.utils.instantiate(config).total_seconds() == 172800
    assert hydra.utils.get_class("hydra._internal.core_plugins.basic_sweeper.BasicSweeper")

    import sys

    seen = []
    sys.argv = ["app", f"hydra.run.dir={folder}/out", "--config-dir", str(folder), "--config-name", "config", "db=large"]

    @hydra.main(version_base=None, config_path=None)
    def main(config):
        seen.append(config.full)

    main()
    assert seen == ["app-9"] and (folder / "out/.hydra/overrides.yaml").exists()
print("ok")
