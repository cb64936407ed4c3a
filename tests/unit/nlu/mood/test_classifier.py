"""A transformers model in place of the packaged head: a tiny BERT, trained here in a second and saved on disk."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import BertConfig, BertForSequenceClassification, BertTokenizer

from nlu.mood.classifier import ModelError, load
from nlu.mood.judge import WordsJudge

WORDS = ["i", "am", "so", "fed", "up", "with", "you", "idiots", "thank", "very", "much", "where", "is", "my", "order"]
LABELS = {0: "neutral", 1: "anger", 2: "insult"}
EXAMPLES = [
    ("thank you very much", 0),
    ("where is my order", 0),
    ("i am so fed up", 1),
    ("so fed up with my order", 1),
    ("you idiots", 2),
    ("idiots where is my order", 2),
]


def tiny(folder: Path, *, labels: dict[int, str] = LABELS, independent: bool = False) -> str:
    """Train the smallest BERT there is on EXAMPLES and save it with its tokenizer."""
    torch.manual_seed(1)
    folder.mkdir(exist_ok=True)
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *dict.fromkeys(WORDS)]
    (folder / "vocab.txt").write_text("\n".join(vocabulary), encoding="utf-8")
    tokenizer = BertTokenizer(vocab=str(folder / "vocab.txt"))
    kind = "multi_label_classification" if independent else "single_label_classification"
    config = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        max_position_embeddings=20,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
        id2label=labels,
        label2id={name: number for number, name in labels.items()},
        problem_type=kind,
        initializer_range=0.3,
    )
    model = BertForSequenceClassification(config)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    batch = tokenizer([text for text, _ in EXAMPLES], padding=True, return_tensors="pt")
    wanted: Any = torch.tensor([label for _, label in EXAMPLES])
    if independent:
        wanted = torch.nn.functional.one_hot(wanted, len(labels)).float()
    for _ in range(100):
        optimizer.zero_grad()
        model(**batch, labels=wanted).loss.backward()
        optimizer.step()
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return str(folder)


@pytest.mark.parametrize("independent", [False, True])
def test_labels_of_anger_and_of_insults_count(tmp_path: Path, independent: bool) -> None:
    score = load(tiny(tmp_path / "model", independent=independent))
    calm, angry, insult = score("Thank you very much", "en"), score("I am so fed up!", "en"), score("you idiots", "en")
    assert calm.frustration is not None
    assert calm.frustration < 0.2
    assert angry.frustration is not None
    assert angry.frustration > 0.8
    assert angry.abuse < 0.2
    assert insult.abuse > 0.8
    assert insult.frustration is not None
    assert insult.frustration >= insult.abuse, "who insults is frustrated"


def test_a_long_text_is_cut_to_what_the_model_takes(tmp_path: Path) -> None:
    score = load(tiny(tmp_path / "model"))
    assert score("so fed up " * 500, "en").frustration is not None


def test_labels_that_say_nothing_of_frustration_are_refused(tmp_path: Path) -> None:
    folder = Path(tiny(tmp_path / "model"))
    config = json.loads((folder / "config.json").read_text())
    config["id2label"] = {"0": "positive", "1": "neutral", "2": "negative"}
    (folder / "config.json").write_text(json.dumps(config))
    with pytest.raises(ModelError, match=r"positive, neutral, negative.*id2label"):
        load(str(folder))


@pytest.mark.parametrize("broken", ["missing", "empty", "garbage"])
def test_what_is_no_model_is_refused(tmp_path: Path, broken: str) -> None:
    folder = tmp_path / "model"
    if broken != "missing":
        folder.mkdir()
    if broken == "garbage":
        (folder / "config.json").write_text("{")
    with pytest.raises(ModelError, match="cannot be loaded: give a folder"):
        load(str(folder))


async def test_the_judge_uses_it(tmp_path: Path) -> None:
    judge = WordsJudge(tiny(tmp_path / "model"), deadline=10)
    await judge.ready()
    found = await judge.judge("so fed up with you", "pl")
    assert found.frustration is not None
    assert found.frustration > 0.8
    judge.close()


async def test_a_judge_without_its_model_says_so_once_and_goes_on(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        judge = WordsJudge(str(tmp_path / "nothing"), deadline=10)
        with pytest.raises(ModelError):
            await judge.ready()
        assert (await judge.judge("hello", "en")).unscored == "unavailable"
        assert (await judge.judge("hello", "en")).unscored == "unavailable"
    assert [record.message for record in caplog.records if "VOXTRAIL_MOOD_MODEL" in record.message] == [caplog.records[0].message]
    judge.close()
