# freeze: --additional-hooks-dir hooks
# expect: hidden
"""Uses a package whose hooks come with it."""
import withhook

print(withhook.load())
