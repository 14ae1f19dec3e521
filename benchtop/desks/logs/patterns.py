"""CloudWatch's filter patterns, as far as they are words: all, ``?any``, ``-none``, ``"phrases"``.

Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
"""

from __future__ import annotations

import re
from collections.abc import Callable

from benchtop.door.refusals import NotHonoured

TERM = re.compile(r'([?-]?)(?:"((?:[^"\\]|\\.)*)"|(\S+))')


def matcher(pattern: str) -> Callable[[str], bool]:
    """Whether a text matches a pattern, as a function.

    Raises:
        NotHonoured: for patterns of JSON members, columns and regexes.
    """
    stripped = pattern.strip()
    if stripped[:1] in ("{", "[", "%"):
        raise NotHonoured(
            "filterPattern with JSON members, columns or a regex is not honoured by benchtop: "
            "filter by words, or run this on AWS."
        )
    terms = [(sign, quoted or word) for sign, quoted, word in TERM.findall(stripped)]
    every = [term for sign, term in terms if not sign]
    some = [term for sign, term in terms if sign == "?"]
    none = [term for sign, term in terms if sign == "-"]

    def matches(text: str) -> bool:
        wanted = all(term in text for term in every)
        hit = not some or any(term in text for term in some)
        return wanted and hit and not any(term in text for term in none)

    return matches
