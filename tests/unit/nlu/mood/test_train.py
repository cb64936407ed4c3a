"""Training the head on a handful of texts: the same every time, calibrated, and it learns."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from nlu.mood.examples import MoodDataError, Text, read_everyday, read_goemotions, read_texts
from nlu.mood.features import BUCKETS, surface_names
from nlu.mood.head import Head, read_head
from nlu.mood.judge import scorer
from nlu.mood.train import FOLDS, SENTENCES, calibrated, samples_of, telephone, train_mood
from nlu.parsers.fold import fold_text

CALM = [
    "where is my parcel",
    "thank you, that is all",
    "could you change the address please",
    "it came on Monday, all good",
    "my number is twelve",
]
ANGRY = [
    "I am sick of this",
    "third time I am asking!!",
    "what a bloody joke",
    "nobody ever answers, ridiculous",
    "I want my money back NOW",
]
ABUSE = ["you stupid machine", "idiots, all of you", "shut up you moron", "useless bastards", "you are scum"]


def corpus(folder: Path) -> Path:
    """A small folder of texts for every language."""
    lines = ["label\tkind\ttext"]
    for label, kind, texts in (("calm", "request", CALM), ("frustrated", "impatience", ANGRY), ("abusive", "abusive", ABUSE)):
        lines += [f"{label}\t{kind}\t{text}" for text in texts]
    for language in ("pl", "en", "ro"):
        (folder / f"{language}.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def test_a_text_and_its_variants_are_in_one_fold() -> None:
    texts = [Text("Zażółć gęślą JAŹŃ!", "pl", "calm", "request"), Text("Vreau banii!!!", "ro", "frustrated", "impatience")]
    samples = samples_of(texts)
    polish = [sample for sample in samples if sample.text.language == "pl"]
    assert [sample.text.text for sample in polish] == ["Zażółć gęślą JAŹŃ!", "zażółć gęślą jaźń", "zazolc gesla jazn!"]
    assert len({sample.fold for sample in polish}) == 1
    assert [sample.weight for sample in polish] == [1.0, 0.5, 0.5]


def test_shouting_stays_as_it_is_written() -> None:
    assert [sample.text.text for sample in samples_of([Text("WHERE IS IT!!!", "en", "frustrated", "shouting")])] == ["WHERE IS IT!!!"]


def test_every_fold_has_its_share_of_each_kind() -> None:
    samples = samples_of([Text(f"text number {number}", "en", "calm", "request") for number in range(50)])
    assert np.bincount([sample.fold for sample in samples if sample.weight == 1.0]).tolist() == [10] * FOLDS


@pytest.mark.parametrize(("said", "written"), [("Where's my order?!", "where's my order"), ("A-10 … (again)", "a 10 again")])
def test_a_transcript_has_no_case_and_no_punctuation(said: str, written: str) -> None:
    assert telephone(said) == written


def test_training_learns_and_is_the_same_twice(tmp_path: Path) -> None:
    folder = corpus(tmp_path)
    one, two = tmp_path / "one.npz", tmp_path / "two.npz"
    train_mood(one, folder, sentences=tmp_path)
    train_mood(two, folder, sentences=tmp_path)
    head = read_head(one)
    assert np.array_equal(head.ngrams, read_head(two).ngrams)
    from nlu.embeddings import embed_questions

    chances = [head.probabilities(embed_questions([text])[0], text, "en") for text in (CALM[0], ANGRY[0], ABUSE[0])]
    assert chances[0][0] < chances[1][0]
    assert chances[0][1] < chances[2][1]


def test_calibration_makes_probabilities_of_log_odds() -> None:
    chance = np.random.default_rng(3)
    truth = chance.random(4000).astype(np.float32)
    targets = (chance.random((4000, 1)) < truth[:, None]).astype(np.float32).repeat(2, axis=1)
    logits = (3 * np.log(truth / (1 - truth)) + 1)[:, None].repeat(2, axis=1).astype(np.float32)  # three times too sure, and off
    plain = Head(
        np.ones((1, 2), np.float32),
        np.zeros((len(surface_names()), 2), np.float32),
        np.zeros((BUCKETS, 2), np.float32),
        np.zeros(2, np.float32),
    )
    mended = calibrated(plain, logits, targets, np.ones(4000, np.float32))
    assert mended.embedding[0, 0] == pytest.approx(1 / 3, abs=0.03)
    assert mended.bias[0] == pytest.approx(-1 / 3, abs=0.1)


@pytest.mark.parametrize("line", ["calm\trequest", "cross\trequest\thello", "calm\t\thello", "calm\trequest\t ", "calm\ta\tb\tc"])
def test_a_wrong_line_is_named(tmp_path: Path, line: str) -> None:
    folder = corpus(tmp_path)
    with (folder / "en.tsv").open("a", encoding="utf-8") as file:
        file.write(line + "\n")
    with pytest.raises(MoodDataError, match=r"en\.tsv, line 17"):
        read_texts(folder)


def test_a_missing_language_is_named(tmp_path: Path) -> None:
    corpus(tmp_path)
    (tmp_path / "ro.tsv").unlink()
    with pytest.raises(MoodDataError, match=r"ro.*missing"):
        read_texts(tmp_path)


def test_goemotions_is_sampled_evenly_and_what_is_unsure_left_out(tmp_path: Path) -> None:
    (tmp_path / "labels.txt").write_text("admiration\nanger\nsadness\nneutral\n")
    rows = [f"angry {number}\t1\tid" for number in range(5)] + [f"plain {number}\t3\tid" for number in range(9)]
    (tmp_path / "train.tsv").write_text("\n".join([*rows, "sad\t2\tid", "sad and angry\t1,2\tid"]) + "\n")
    texts = read_goemotions(tmp_path / "train.tsv", 4, seed=1)
    assert [text.label for text in texts] == ["frustrated"] * 4 + ["calm"] * 4
    assert "sad" not in {text.text for text in texts}
    assert texts == read_goemotions(tmp_path / "train.tsv", 4, seed=1)
    (tmp_path / "train.tsv").write_text("no columns here\n")
    with pytest.raises(MoodDataError, match="GoEmotions"):
        read_goemotions(tmp_path / "train.tsv", 4, seed=1)


def test_training_texts_are_not_among_the_held_out() -> None:
    """Nor do they differ in capitals, marks or diacritics only."""
    from nlu.mood.evaluate import HELD_OUT

    held_out, own = ({telephone(fold_text(each.text)) for each in texts} for texts in (read_texts(HELD_OUT), read_texts()))
    assert not held_out & own
    training = [(each.language, each.text.casefold()) for each in read_texts()]
    assert len(training) == len(set(training)), "no text twice"
    for language in ("pl", "en", "ro"):
        assert sum(each == language for each, _ in training) >= 400


def test_the_texts_of_every_day_are_calm_ones_of_each_language_and_always_the_same() -> None:
    texts = read_everyday(SENTENCES, 40, seed=1)
    assert texts == read_everyday(SENTENCES, 40, seed=1)
    assert {language: sum(each.language == language for each in texts) for language in ("pl", "en", "ro")} == dict.fromkeys(
        ("pl", "en", "ro"), 40
    )
    assert {(each.label, each.kind) for each in texts} == {("calm", "everyday")}
    assert not any("!" in each.text for each in texts)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("pl", "Tak."), ("pl", "jutro po południu"), ("pl", "Kowalski"), ("pl", "o której otwieracie"),
        ("en", "Yes."), ("en", "No."), ("en", "what are your opening hours"), ("en", "two tickets for Friday"),
        ("ro", "Da."), ("ro", "Nu."), ("ro", "mâine pe la cinci"), ("ro", "la ce oră deschideți"),
    ],
)  # fmt: skip
def test_what_people_say_every_day_is_calm(language: str, text: str) -> None:
    assert scorer()(text, language).frustration < 0.5


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("pl", "trzeci raz dzwonię i dalej nic!!"),
        ("en", "this is a joke, I'm sick of you lot"),
        ("ro", "mi-ați mâncat nervii, e a treia oară!!"),
    ],
)
def test_what_is_said_in_anger_is_not(language: str, text: str) -> None:
    assert scorer()(text, language).frustration > 0.7
