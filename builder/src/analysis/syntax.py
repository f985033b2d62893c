# Compiles sources and tells for each (a JSON list of [file name, path]) what Python says of its syntax.
import json
import sys
import traceback
import warnings

warnings.simplefilter("ignore")
answers = []
for name, path in json.load(sys.stdin):
    try:
        with open(path, "rb") as file:
            compile(file.read(), name, "exec", dont_inherit=True)
        answers.append(None)
    except (SyntaxError, ValueError, UnicodeError) as error:
        text = "".join(traceback.format_exception_only(type(error), error))
        answers.append([getattr(error, "lineno", None) or 0, getattr(error, "offset", None) or 0, text])
json.dump(answers, sys.stdout)
