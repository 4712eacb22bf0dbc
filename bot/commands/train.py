"""`counterpoint train`: from the knowledge base and the training folder to the artefact that the matcher loads."""

import hashlib
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from bot.commands.loading import chat_of, settings_or_fail
from bot.commands.terminal import console, fail


def train(
    output: Annotated[Path, typer.Option(help="the folder to write the artefact to")] = Path("bot/model"),
    training: Annotated[Path, typer.Option(help="the folder with more examples")] = Path("knowledge/training"),
    work: Annotated[Path | None, typer.Option(help="where a run that is broken off goes on from")] = None,
    base: Annotated[str | None, typer.Option(help="another sentence-transformers model to tune")] = None,
    epochs: Annotated[
        int, typer.Option(min=1, help="passes over four fifths of the texts; a last one over all follows")
    ] = 3,
    layers: Annotated[int, typer.Option(min=0, help="how many of the base model's layers to keep; 0 keeps all")] = 0,
    seed: Annotated[int, typer.Option(help="another seed gives another model")] = 0,
    chat: Annotated[
        list[Path] | None, typer.Option(help="a file of ordinary chat by strangers, a message a line, for the gate")
    ] = None,
    renew: Annotated[
        bool, typer.Option(help="only fit the head of the artefact in --output to the base as it is now; in seconds")
    ] = False,
) -> None:
    """Train the matcher: an hour or more on two cores; a run that is broken off goes on where it was."""
    from bot.artefact import Artefact
    from bot.encoder import ModelMissing
    from bot.knowledge import load
    from bot.library import passages_of
    from bot.reading import BadFile
    from bot.training import base_model
    from bot.training.corpus import corpus_of, read_training
    from bot.training.pipeline import Plan, Training
    from bot.training.tune import Tuning

    settings = settings_or_fail()
    strangers = chat_of(chat or ())
    try:
        knowledge = load(settings.knowledge_path)
        lessons = read_training(training, knowledge)
        whole = corpus = corpus_of(knowledge, lessons)
        if renew:  # what the encoder was not tuned on waits until it is: the head alone learns it badly
            known = Artefact(output).examples.knows
            corpus = corpus_of(knowledge, [file.only(known) for file in lessons])
        work = work or settings.cache_path / "training"
        found = base or ("" if renew else str(base_model.unpack(work)))
    except BadFile as error:
        fail(f"the knowledge base has problems:\n{error}")
    except ModelMissing as error:
        fail(str(error))
    name = Path(base).name if base else base_model.NAME
    license_ = "that of the base model" if base else base_model.LICENSE
    tuning = Tuning(epochs, seed, layers)
    recipe = hashlib.sha256(f"{corpus.fingerprint} {name} {tuning}".encode()).hexdigest()[:16]
    plan = Plan(found, name, license_, work / recipe, output, tuning, strangers)
    say = partial(console.print, highlight=False)
    training_run = Training(corpus, passages_of(knowledge), plan, say)
    try:
        artefact = training_run.renew(Artefact(output), whole.without(corpus)) if renew else training_run.run()
    except ModelMissing as error:
        fail(str(error))
    console.print(f"{artefact.card.name} is in {output}", highlight=False)
