"""Signs that a person was hurt or is in distress: whoever writes so is never answered with a story."""

import re
from enum import StrEnum


class Signal(StrEnum):
    """A sign in a message that forbids a passive reply."""

    PERSONAL_HARM = "personal harm"
    """Somebody was hurt or is in distress: the writer, or a person close to the writer."""
    ESCALATE = "escalate"
    """The topic is ordinary and this message brings real harm into it."""


def _one_of(words: str) -> str:
    """A pattern for one of several words; `_` stands for a space inside one, `*` for any ending."""
    return "(?:" + "|".join(word.replace("_", " ").replace("*", r"\w*") for word in words.split()) + ")"


_KIN = _one_of(
    """mum mom mam mother dad father nan nana gran grandma grandmother grandad granddad grandfather son daughter wife
    husband partner brother sister aunt auntie uncle niece nephew cousin baby kid kids child children friend mate
    neighbour neighbor boyfriend girlfriend parents in-laws mother-in-law father-in-law family"""
)
_NEAR = r"my (?:own |late |poor |elderly |disabled |little |\d+[- ]year[- ]old )?"
_HURT = _one_of(
    """died dead death dying passed_away suicid* cancer biops* diagnos* surger* operation scan chemo* stroke sepsis
    miscarr* ambulance a&e hospital hospitalised wrongly accused convicted prison* jail* bankrupt* evict* homeless
    debt debts arrears rent food_bank* starv* overdos* misdiagnos* waited waiting benefit benefits referr* result
    results medication insulin treatment appointment medical_record medical_records letter letters"""
)
_OWN = _one_of(
    """test_result test_results biopsy scan diagnosis cancer surgery operation chemo* referral medical_record
    medical_records treatment medication consultant pension wages salary benefit benefits claim payslip paycheck
    paycheque debt conviction appeal compensation"""
)
_WENT_WRONG = _one_of(
    """lost late wrong* miss* delay* never still short stopped unpaid leaked gone sanction* waiting waited month months
    week weeks overpaid underpaid"""
)
_SUFFERED = _one_of(
    """accused convicted sacked evicted bankrupt* sanctioned hospitalised misdiagnosed chased prosecuted dying
    homeless suspended unpaid underpaid overpaid not_paid sent_a_debt in_tears suicidal"""
)
_AM = r"i(?: was| am|'m|’m| have been|'ve been|’ve been| got| nearly| almost)"
_CANNOT = r"(?:can'?t|can’t|cannot|could not|couldn'?t|couldn’t)"
_WHOSE = r"(?:my|our|his|her|their|so many|people(?:'s|’s))"
_NOT = r"(?:haven'?t|haven’t|have not|hadn'?t|hadn’t|didn'?t|didn’t|never)"
_LOSABLE = _one_of(
    """home house job business savings mum mom dad mother father son daughter wife husband baby brother sister nan
    gran friend licence marriage"""
)

_PERSONAL_HARM = tuple(
    re.compile(pattern, re.IGNORECASE | re.DOTALL)
    for pattern in (
        rf"\b{_NEAR}{_KIN}(?:'s|’s|s)?\b(?=.{{0,160}}?\b{_HURT}\b)",
        rf"\b{_HURT}\b.{{0,80}}?\b{_NEAR}{_KIN}\b",
        rf"\bmy (?:own )?{_OWN}\b.{{0,120}}?\b{_WENT_WRONG}\b",
        rf"\b{_AM} (?:wrongly |falsely |being |still )*{_SUFFERED}\b",
        rf"\b(?:i|we) (?:nearly |almost )?lost (?:my|our) {_LOSABLE}\b",
        r"\b(?:still|been|am|i'm|i’m|we're|we’re) (?:waiting|owed)\b.{0,60}\b(?:my|our|back ?pay|compensation)\b",
        rf"\b(?:i|we) {_NOT} (?:been |get |got |gotten )?paid\b",
        rf"\b(?:i|we) {_CANNOT} (?:afford|cope|go on|eat|feed|heat|pay (?:the |my |our )?(?:rent|mortgage|bills))\b",
        r"\b(?:suicid\w*|self[- ]harm\w*|end it all|want to die|took (?:his|her|their) (?:own )?li(?:fe|ves))\b",
        r"\bkill(?:ed|ing)? (?:myself|himself|herself|themselves)\b",
        rf"\b(?:ruined|destroyed|wrecked) {_WHOSE} (?:li(?:fe|ves)|famil\w+|health)\b",
    )
)


def personal_harm(text: str) -> bool:
    """Whether the text has a sign of personal harm; errs on the side of yes, for then the bot is silent."""
    return any(pattern.search(text) for pattern in _PERSONAL_HARM)
