"""Signs of personal harm."""

import pytest

from bot.signals import personal_harm


@pytest.mark.parametrize(
    "text",
    [
        "my mum's referral got lost because the fax ran out of toner",
        "My dad’s biopsy letter was faxed to the wrong surgery and he waited six weeks",
        "I was wrongly accused of stealing by that system",
        "still waiting for my operation thanks to this",
        "I haven't been paid since the new system came in",
        "we lost our house because of it",
        "people took their own lives over this",
        "the debt letters were for my late husband",
        "my test results went missing for two months",
        "I can't cope with this any more",
        "it ruined so many lives",
        "I was sent a debt notice for money I never had",
    ],
)
def test_somebody_hurt_is_noticed(text: str) -> None:
    assert personal_harm(text)


@pytest.mark.parametrize(
    "text",
    [
        "the NHS is the world's biggest buyer of fax machines",
        "my consultant's secretary asked for my fax number. I was born in 1998",
        "remember when they blew twelve billion on NHS computers",
        "my manager says government IT always fails",
        "my daughter laughed at the fax machine",
        "£37 billion on an app that didn't work",
        "I was told the project was cancelled",
        "waiting for the build to finish",
    ],
)
def test_a_mere_anecdote_is_no_sign_of_harm(text: str) -> None:
    assert not personal_harm(text)
