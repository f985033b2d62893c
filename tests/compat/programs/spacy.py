# /// script
# requires-python = ">=3.10"
# dependencies = ["spacy"]
# ///
"""Splits, matches and trains with a blank model, whose parts are found by entry points."""

import tempfile

import spacy
from spacy.matcher import Matcher, PhraseMatcher
from spacy.tokens import DocBin
from spacy.training import Example

nlp = spacy.blank("en")
nlp.add_pipe("sentencizer")
nlp.add_pipe("entity_ruler").add_patterns([{"label": "ORG", "pattern": "Acme"}])
doc = nlp("Dr. Smith's at Acme. It costs $5.50!")
assert [t.text for t in doc][:4] == ["Dr.", "Smith", "'s", "at"] and len(list(doc.sents)) == 2
assert doc.ents[0].label_ == "ORG" and doc[-2].like_num
matcher = Matcher(nlp.vocab)
matcher.add("m", [[{"LOWER": "costs"}, {"TEXT": "$"}]])
assert len(matcher(doc)) == 1 and PhraseMatcher(nlp.vocab) is not None
for language in "de", "fr", "es", "ru":
    assert len(spacy.blank(language)("a b c")) == 3, language
trained = spacy.blank("en")
trained.add_pipe("textcat").add_label("yes")
trained.get_pipe("textcat").add_label("no")
examples = [
    Example.from_dict(trained.make_doc(t), {"cats": {"yes": float(c), "no": float(not c)}})
    for t, c in (("good fine", True), ("bad poor", False))
]
trained.initialize(lambda: examples)
for _ in range(20):
    trained.update(examples)
assert trained("good fine").cats["yes"] > 0.5
with tempfile.TemporaryDirectory() as folder:
    nlp.to_disk(folder)
    assert [e.text for e in spacy.load(folder)("at Acme").ents] == ["Acme"]
assert DocBin(docs=[doc]).to_bytes()
print("ok")
