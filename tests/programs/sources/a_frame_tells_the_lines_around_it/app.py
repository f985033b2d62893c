import inspect
import where
def here():
    return inspect.stack()[0].code_context[0].strip()
print(here(), where.above())
