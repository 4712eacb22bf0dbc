"""What a head does with texts that neither it nor the encoder has seen."""

from bot.head import Floats, Head
from bot.training.corpus import Labels

MODES = ("thread", "private", "react")
FALSE_REPLIES = (0.005, 0.02, 0.03)
"""The share of contrasts that may be spoken about in each mode, on messages not fitted on."""


def measure(head: Head, labels: Labels, scores: Floats, shares: Floats) -> dict[str, float]:
    """Shares from 0 to 1 by what they are of; `scores` and `shares` are what `Head.scores` gave for the texts."""
    from sklearn.metrics import roc_auc_score  # only training has it; what else is here is for `counterpoint eval` too

    probabilities = head.calibrate(scores, shares)
    best, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == labels.topics
    about = ~labels.background
    measured = {"area under the curve": float(roc_auc_score(labels.asserted[about], scores[about]))}
    for mode, rate, threshold in zip(MODES, FALSE_REPLIES, head.thresholds, strict=True):
        spoken = best >= threshold
        measured |= {
            f"{mode}: threshold": float(threshold),
            f"{mode}: false replies aimed at": rate,
            f"{mode}: false replies to near-misses": float(spoken[labels.contrasts].mean()),
            f"{mode}: false replies to chat": float(spoken[labels.background].mean()),
            f"{mode}: assertions caught": float(spoken[labels.asserted].mean()),
            f"{mode}: with the right trope": float((spoken & right)[labels.asserted].mean()),
        }
    return measured
