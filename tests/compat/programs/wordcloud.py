# /// script
# requires-python = ">=3.10"
# dependencies = ["wordcloud"]
# ///
"""Draws words with the bundled font and stop words."""

from wordcloud import STOPWORDS, WordCloud

cloud = WordCloud(width=200, height=100, random_state=1).generate("apple banana apple the cherry apple banana")
assert cloud.words_["apple"] == 1.0 and "the" not in cloud.words_ and "the" in STOPWORDS
assert cloud.to_image().size == (200, 100) and cloud.to_svg().startswith("<svg")
print("ok")
