"""The commented skeletons that `counterpoint kb new` writes."""

FILL_IN = "FILL IN"
"""Marks what a curator has to write in a skeleton that was made from a suggestion; `kb check` refuses it."""

TROPE = """# yaml-language-server: $schema=../schema/trope.json
# A trope: a recurring negative claim, with what is true in it and what is not.
# Fill in every line, then type: counterpoint kb check
id: ID
claim: The claim as it is usually made, in one neutral sentence.
sensitivity: ordinary            # harm, where real people were hurt: then no story may answer it
region: The country or region it is about, or World
tags: [service, mechanism, kind of organisation]
concede:                         # what is true in it; the first is said, so keep it under 22 words
  - text: One sentence in your own words, with its figure.
    as_of: "2018-06"             # the date of the figure: "2018", "2018-06" or "2018-06-11"
    sources:
      - publisher: Who published it
        title: The title of the page
        url: https://…
        date: "2018-06-11"       # the date of the page
        verified: V              # V: seen at the publisher responsible for the fact; V2: second-hand
        checked: "2026-11"       # when you opened it
perspective: []                  # same shape as concede: what is left out, outdated or out of proportion
escalate: []                     # example messages that bring real harm into the topic
phrasings: []                    # 12 or more messages that assert the trope, as different people would write them
contrasts: []                    # 10 or more that share its words and must not match: questions, fixes, rebuttals
# gap: why fewer than two stories answer it, where that is so
"""

STORY = """# yaml-language-server: $schema=../schema/story.json
# A success story, made of claims. Fill in every line, then type: counterpoint kb check
id: ID
title: A short plain title
organisation: Who did it
country: Where it was done
years: 2014–2023
status: live                     # live, discontinued, contested or under threat
summary: >-
  Under 36 words, one figure, and what was done differently; it follows the words "Since then:".
claims:                          # the summary's figure must stand in one of these, exactly as in the summary
  - text: One sentence in your own words, with its figure.
    as_of: "2024-01"             # the date of the figure: "2024", "2024-01" or "2024-01-31"
    sources:
      - publisher: Who published it
        title: The title of the page
        url: https://…
        date: "2024-01-31"       # the date of the page
        verified: V              # V: seen at the publisher responsible for the fact; V2: second-hand
        checked: "2026-11"       # when you opened it
caveats:                         # the first is said with the reply
  - What somebody could fairly hold against this story.
done_differently: The method that made the difference, in one sentence.
answers:
  - trope: id-of-a-trope          # `counterpoint kb list` shows them
    fit: same service            # same service, same mechanism or same kind of organisation
    reason: completes "Why this story", in a few words
tags: [words, people, search for]
review_by: "2027-11-30"          # look at it again by
notes: For curators; never posted.
"""

CONTEXT = """# yaml-language-server: $schema=../schema/context.json
# A context fact: it puts tropes into proportion and is no success story. Fill in every line, then type:
# counterpoint kb check
id: ID
claim:                           # at most 30 words and one figure; it follows the words "For scale:"
  text: One sentence in your own words, with its figure.
  as_of: "2024-01"               # the date of the figure: "2024", "2024-01" or "2024-01-31"
  sources:
    - publisher: Who published it
      title: The title of the page
      url: https://…
      date: "2024-01-31"         # the date of the page
      verified: V                # V: seen at the publisher responsible for the fact; V2: second-hand
      checked: "2026-11"         # when you opened it
caveats:                         # the first is said with the fact
  - What somebody could fairly hold against it.
answers:
  - trope: id-of-a-trope         # `counterpoint kb list` shows them
    fit: same subject            # same figure, same subject or wider picture
    reason: why it is fair to bring it up, in a few words
tags: [words, people, search for]
review_by: "2027-11-30"          # look at it again by
notes: For curators; never posted.
"""

SKELETONS = {"trope": ("tropes", TROPE), "story": ("stories", STORY), "context": ("context", CONTEXT)}
"""For each kind of entry its folder and its skeleton."""
