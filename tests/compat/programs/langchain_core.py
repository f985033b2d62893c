# /// script
# requires-python = ">=3.10"
# dependencies = ["langchain-core", "numpy"]
# ///
"""Chains prompts, fake models and parsers, whose names load lazily."""

from langchain_core.documents import Document
from langchain_core.embeddings import DeterministicFakeEmbedding
from langchain_core.language_models import FakeListChatModel
from langchain_core.load import dumps, loads
from langchain_core.messages import HumanMessage, SystemMessage
from langchain_core.output_parsers import JsonOutputParser, StrOutputParser
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.runnables import RunnableLambda, RunnableParallel
from langchain_core.tools import tool
from langchain_core.vectorstores import InMemoryVectorStore

prompt = ChatPromptTemplate.from_messages([("system", "You are {who}."), ("human", "{q}")])
assert prompt.invoke({"who": "x", "q": "y"}).to_messages() == [SystemMessage("You are x."), HumanMessage("y")]
chain = prompt | FakeListChatModel(responses=['{"a": 1}']) | JsonOutputParser()
assert chain.invoke({"who": "x", "q": "y"}) == {"a": 1}
both = RunnableParallel(a=RunnableLambda(lambda n: n + 1), b=RunnableLambda(lambda n: n * 2))
assert both.invoke(3) == {"a": 4, "b": 6}
assert (FakeListChatModel(responses=["hi"]) | StrOutputParser()).batch(["a", "b"]) == ["hi", "hi"]


@tool
def add(a: int, b: int) -> int:
    """Adds."""
    return a + b


assert add.invoke({"a": 1, "b": 2}) == 3 and add.args["a"]["type"] == "integer"
store = InMemoryVectorStore(DeterministicFakeEmbedding(size=8))
store.add_documents([Document("one"), Document("two")])
assert store.similarity_search("one", k=1)[0].page_content == "one"
assert loads(dumps(HumanMessage("x")), allowed_objects="all").content == "x"
print("ok")
