# /// script
# requires-python = ">=3.10"
# dependencies = ["nltk"]
# ///
"""Stems, splits, parses and counts without downloaded data."""

import nltk
from nltk.corpus import stopwords
from nltk.metrics import edit_distance
from nltk.sentiment.util import mark_negation
from nltk.stem import PorterStemmer, SnowballStemmer
from nltk.tokenize import TreebankWordTokenizer, wordpunct_tokenize

assert PorterStemmer().stem("running") == "run" and SnowballStemmer("german").stem("häuser") == "haus"
assert TreebankWordTokenizer().tokenize("They'll go.") == ["They", "'ll", "go", "."]
assert nltk.FreqDist(wordpunct_tokenize("a b a. a"))["a"] == 3
assert edit_distance("kitten", "sitting") == 3
grammar = nltk.CFG.fromstring("S -> N V\nN -> 'dogs'\nV -> 'bark'")
assert str(next(iter(nltk.ChartParser(grammar).parse(["dogs", "bark"])))) == "(S (N dogs) (V bark))"
assert mark_negation("I do not like it .".split())[3] == "like_NEG"
train = [({"x": i % 2}, "odd" if i % 2 else "even") for i in range(20)]
assert nltk.NaiveBayesClassifier.train(train).classify({"x": 1}) == "odd"
try:
    stopwords.words("english")
except LookupError as error:
    assert "nltk.download" in str(error)
print("ok")
