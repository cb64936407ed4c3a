"""Training with a stand-in for Rasa: what is trained when, what is left behind, what people are told."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from nlu.train import FIRST_GUESS_S, TrainingError, fingerprint, model_path, rasa_environment, show_progress, train

DATA = 'version: "3.1"\nnlu:\n- intent: greet\n  examples: |\n    - hello\n- intent: goodbye\n  examples: |\n    - bye\n'
STAND_IN = """#!{python}
import os, pathlib, sys
arguments = sys.argv[1:]
out = pathlib.Path(arguments[arguments.index("--out") + 1])
counter = pathlib.Path({counter!r})
counter.write_text(counter.read_text() + "x" if counter.exists() else "x")
print("INFO Starting to train component 'CountVectorsFeaturizer'.")
if os.path.exists({broken!r}):
    print("ValueError: the data is odd")
    sys.exit(1)
(out / (arguments[arguments.index("--fixed-model-name") + 1] + ".tar.gz")).write_bytes(b"model")
"""


class Project:
    """A repository in miniature with a stand-in for Rasa's Python that counts its runs."""

    def __init__(self, root: Path) -> None:
        self.root, self.var = root / "project", root / "var"
        (self.root / "nlu" / "data" / "en").mkdir(parents=True)
        (self.root / "nlu" / "rasa_components").mkdir()
        (self.root / "config.yml").write_text("pipeline: []\n")
        (self.root / "nlu" / "rasa-requirements.txt").write_text("rasa==3.6.21\n")
        (self.root / "nlu" / "rasa_components" / "ours.py").write_text("A = 1\n")
        self.data = self.root / "nlu" / "data" / "en" / "social.yml"
        self.data.write_text(DATA)
        self.counter, self.broken, self.python = root / "runs", root / "broken", root / "python"
        script = STAND_IN.format(python=sys.executable, counter=str(self.counter), broken=str(self.broken))
        self.python.write_text(script)
        self.python.chmod(0o755)

    @property
    def runs(self) -> int:
        return len(self.counter.read_text()) if self.counter.exists() else 0

    def train(self, **options: bool) -> Path:
        return train(self.var, self.python, project=self.root, **options)

    def models(self) -> list[str]:
        return sorted(file.name for file in (self.var / "models").glob("*.tar.gz"))


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


def test_the_fingerprint_follows_everything_that_shapes_the_model(project: Project) -> None:
    seen = {fingerprint(project.root)}
    for name in ("config.yml", "nlu/rasa-requirements.txt", "nlu/rasa_components/ours.py", "nlu/data/en/social.yml"):
        file = project.root / name
        file.write_text(file.read_text() + "# more\n")
        seen.add(fingerprint(project.root))
    project.data.rename(project.data.with_name("other.yml"))
    seen.add(fingerprint(project.root))
    assert len(seen) == 6
    (project.root / "README.md").write_text("changes nothing")
    assert fingerprint(project.root) in seen


def test_trains_once(project: Project) -> None:
    model = project.train()
    assert model == model_path(project.var, project.root)
    assert model.read_bytes() == b"model"
    assert project.train() == model
    assert project.runs == 1
    project.train(force=True)
    assert project.runs == 2


def test_paths_may_be_relative(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project.root.parent)
    model = train(Path("var"), Path("python"), project=Path("project"))
    assert model == project.var / "models" / f"nlu-{fingerprint(project.root)}.tar.gz"
    assert model.exists()


def test_old_models_are_pruned_to_two(project: Project) -> None:
    for number in range(4):
        project.data.write_text(DATA + f"    - see you {number}\n")
        newest = project.train()
    assert len(project.models()) == 2
    assert newest.name in project.models()


def test_a_failed_training_leaves_nothing(project: Project) -> None:
    project.broken.touch()
    with pytest.raises(TrainingError, match=r"the data is odd.*training\.log"):
        project.train()
    assert [file.name for file in (project.var / "models").iterdir()] == [".lock"]


def test_broken_data_is_named_before_rasa_starts(project: Project) -> None:
    project.data.write_text(DATA.replace("goodbye", "godbye"))
    with pytest.raises(TrainingError, match=r"social\.yml:8: unknown intent 'godbye'"):
        project.train()
    assert project.runs == 0


def test_no_rasa(project: Project) -> None:
    project.python.unlink()
    with pytest.raises(TrainingError, match="make run"):
        project.train()


def test_a_data_dir_that_cannot_be_written(project: Project) -> None:
    project.var.write_text("a file")
    with pytest.raises(TrainingError, match="could not be trained"):
        project.train()


def test_progress_tells_the_step_and_the_expected_time(project: Project) -> None:
    told: list[tuple[str, float, float]] = []
    train(project.var, project.python, progress=lambda *update: told.append(update), project=project.root)
    assert told
    assert told[0][0].startswith("Training")
    assert told[0][2] == FIRST_GUESS_S
    assert (project.var / "models" / "last-training.json").exists()


def test_an_interrupted_training_stops_rasa(project: Project) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    project.python.write_text(f"#!{sys.executable}\nimport time\ntime.sleep(60)\n")
    with pytest.raises(KeyboardInterrupt):
        train(project.var, project.python, progress=interrupt, project=project.root)
    assert not list((project.var / "models").glob("training-*"))


def test_the_bar_can_be_shown(capsys: pytest.CaptureFixture[str]) -> None:
    with show_progress() as progress:
        progress("Training: LogisticRegressionClassifier", 1.0, 2.0)
    assert capsys.readouterr().out == "", "standard output belongs to --json"


def test_rasa_is_told_to_keep_quiet_and_small(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONHOME", "/elsewhere")
    environment = rasa_environment(project.root, project.var)
    assert environment["RASA_TELEMETRY_ENABLED"] == "false"
    assert environment["PYTHONPATH"] == str(project.root)
    assert "PYTHONHOME" not in environment
