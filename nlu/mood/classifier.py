"""Any ``transformers`` text classification model as a judge of words, by its path or its name on a hub."""

from __future__ import annotations

from nlu.mood.features import LONGEST
from nlu.mood.judge import Score
from nlu.mood.types import MoodError, WordsMood

MOST_TOKENS = 256
"""Pieces of a message that are looked at, fewer where the model takes fewer."""
FRUSTRATED = frozenset({"anger", "angry", "annoyance", "annoyed", "frustrated", "frustration", "impatience", "irritation", "rage"})
ABUSIVE = frozenset({"abuse", "abusive", "hate", "hateful", "insult", "offensive", "threat", "toxic", "toxicity"})
"""Names of labels, in lower case, that are understood. "Negative" is none of them: a civil complaint is negative, too."""


class ModelError(MoodError):
    """The configured model cannot be used; the message is one plain sentence that says what to do."""


def load(name: str) -> Score:
    """Read a model with its tokenizer, from a folder or a hub: what gives its judgement of a text.

    Its labels of anger, annoyance or frustration and those of abuse or insults count: their probabilities are summed where labels exclude
    one another (softmax), else the greatest is taken (sigmoid). Some 20 ms of CPU a sentence for a model of MiniLM's size.

    Raises:
        ModelError: there is none, it is no text classification model, or none of its labels is about frustration.
    """
    import torch
    from transformers import AutoModelForSequenceClassification, AutoTokenizer
    from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()  # type: ignore[no-untyped-call]  # a service has no screen
    torch.set_num_threads(1)  # a second thread is taken from a call
    try:
        tokenizer = AutoTokenizer.from_pretrained(name)
        model = AutoModelForSequenceClassification.from_pretrained(name)
    except Exception as error:  # a hub, a disk and a model's own code can fail in any way
        why = next(iter(str(error).splitlines()), type(error).__name__)
        raise ModelError(
            f"VOXTRAIL_MOOD_MODEL {name!r} cannot be loaded: give a folder that `save_pretrained` wrote a text classification model and "
            f"its tokenizer to, or a name on a hub that this machine reaches. {why}"
        ) from error
    model.eval()
    labels = {number: str(label).lower() for number, label in model.config.id2label.items()}
    frustrated = [number for number, label in labels.items() if label in FRUSTRATED | ABUSIVE]
    abusive = [number for number, label in labels.items() if label in ABUSIVE]
    if not frustrated:
        raise ModelError(
            f"None of the labels of VOXTRAIL_MOOD_MODEL {name!r} is about frustration ({', '.join(labels.values())}): name those that are "
            f"'frustration' or 'abuse' in id2label of its config.json."
        )
    exclusive = model.config.problem_type != "multi_label_classification" and len(labels) > 1
    places = getattr(model.config, "max_position_embeddings", MOST_TOKENS + 2) - 2  # some models count from 2
    tokens = max(1, min(MOST_TOKENS, tokenizer.model_max_length, places))

    def score(text: str, language: str) -> WordsMood:
        pieces = tokenizer(text[:LONGEST], truncation=True, max_length=tokens, return_tensors="pt")
        with torch.inference_mode():
            (logits,) = model(**pieces).logits
        chances = (torch.softmax(logits, 0) if exclusive else torch.sigmoid(logits)).tolist()
        join = sum if exclusive else max
        frustration, abuse = (min(1.0, join([0.0, *(chances[at] for at in these)])) for these in (frustrated, abusive))
        return WordsMood(frustration, abuse)

    return score
