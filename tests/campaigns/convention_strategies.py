"""Random sound conventions, and values as people and machines mistype them."""

import datetime

from hypothesis import strategies as st

from campaigns.convention_faults import faults_of
from campaigns.convention_rules import Convention
from campaigns.name_format import NamePart
from campaigns.periods import PERIOD_FORMS

slugs = st.from_regex(r"[a-z0-9]{1,8}(-[a-z0-9]{1,6}){0,2}", fullmatch=True)
approved = st.from_regex(r"[a-z0-9]{1,8}([-_.][a-z0-9]{1,6}){0,2}", fullmatch=True)
lengths = st.one_of(st.none(), st.integers(1, 20))


def _parts(kind: str) -> st.SearchStrategy[NamePart]:
    words = {
        "vocabulary": st.lists(slugs, min_size=1, max_size=4).map(tuple),
        "period": st.lists(st.sampled_from(PERIOD_FORMS), max_size=3).map(tuple),
    }
    return st.builds(
        NamePart,
        name=slugs,
        kind=st.just(kind),
        words=words.get(kind, st.just(())),
        is_required=st.booleans(),
        example=st.one_of(st.just(""), slugs if kind == "slug" else st.just("")),
        max_length=lengths,
    )


conventions = st.builds(
    Convention,
    channel=st.just("SMS"),
    version=st.just(1),
    sources=st.lists(approved, min_size=1, max_size=3).map(tuple),
    mediums=st.lists(approved, min_size=1, max_size=3).map(tuple),
    separator=st.sampled_from("-_."),
    campaign_max_length=st.integers(1, 100),
    reserved_words=st.lists(slugs, max_size=4).map(tuple),
    content_prefix=slugs,
    content_numbering=st.sampled_from(["letter", "number"]),
    term_max_length=st.integers(1, 50),
    term_words=st.one_of(st.just(()), st.lists(approved, max_size=3).map(tuple)),
    requires_term=st.booleans(),
    parts=st.lists(
        st.sampled_from(["slug", "period", "number", "vocabulary"]).flatmap(_parts), max_size=4
    ).map(tuple),
    today=st.dates(datetime.date(2020, 1, 1), datetime.date(2039, 12, 31)),
).filter(lambda convention: not faults_of(convention))

anything = st.text(st.characters(), max_size=40)
"""Every code point there is, NUL and lone surrogates among them."""

nasty = st.one_of(
    anything,
    st.text(
        alphabet="аеорсхуіѕ🎉👩‍🚀\u202e\u2066\u200b\ufeffÅßİıſ%20+_-. \t\n\0\ud800", max_size=40
    ),
    st.text(alphabet="abc-_.%", min_size=1900, max_size=2000),
    st.text(alphabet="%25E0A4", max_size=30),
    slugs,
    slugs.map(str.upper),
    st.builds("{} {}_{}".format, slugs, slugs, slugs),
    st.sampled_from(
        [
            "Trial June",
            "%E2%80%8B",
            "%252525252520",
            "%E0%A4%A",
            "q2-2026-trial",
            "x" * 2000,
            "-" * 2000,
            "🎉" * 2000,
            "\u202eenuj-lairt",
        ]
    ),
)
fields = st.one_of(
    st.sampled_from(
        ["utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content", "utm_id"]
    ),
    st.text(max_size=12),
    st.just("utm_sorce"),
)
utm_sets = st.dictionaries(fields, nasty, max_size=6)
