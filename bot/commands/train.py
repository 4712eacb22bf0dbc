"""`counterpoint train`: from the knowledge base and the training folder to the artefact that the matcher loads."""

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from bot.commands.loading import settings_or_fail
from bot.commands.terminal import console, fail


def train(
    output: Annotated[Path, typer.Option(help="the folder to write the artefact to")] = Path("bot/model"),
    training: Annotated[Path, typer.Option(help="the folder with more examples")] = Path("knowledge/training"),
    work: Annotated[Path | None, typer.Option(help="where a run that is broken off goes on from")] = None,
    base: Annotated[str | None, typer.Option(help="another sentence-transformers model to tune")] = None,
    epochs: Annotated[int, typer.Option(min=1, help="passes over the texts")] = 3,
    seed: Annotated[int, typer.Option(help="another seed gives another model")] = 0,
    renew: Annotated[
        bool, typer.Option(help="only fit the head of the artefact in --output to the base as it is now; in seconds")
    ] = False,
) -> None:
    """Train the matcher: about an hour on two cores; a run that is broken off goes on where it was."""
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
    try:
        knowledge = load(settings.knowledge_path)
        lessons = read_training(training, knowledge)
        if renew:  # what the encoder was not tuned on waits until it is: the head alone learns it badly
            known = Artefact(output).examples.knows
            lessons = [file.only(known) for file in lessons]
        corpus = corpus_of(knowledge, lessons)
        work = work or settings.cache_path / "training"
        found = base or ("" if renew else str(base_model.unpack(work)))
    except BadFile as error:
        fail(f"the knowledge base has problems:\n{error}")
    except ModelMissing as error:
        fail(str(error))
    name = Path(base).name if base else base_model.NAME
    license_ = "that of the base model" if base else base_model.LICENSE
    plan = Plan(found, name, license_, work / corpus.fingerprint[:16], output, Tuning(epochs, seed))
    say = partial(console.print, highlight=False)
    training_run = Training(corpus, passages_of(knowledge), plan, say)
    try:
        artefact = training_run.renew(Artefact(output)) if renew else training_run.run()
    except ModelMissing as error:
        fail(str(error))
    console.print(f"{artefact.card.name} is in {output}", highlight=False)
