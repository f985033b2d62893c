"""Runs the commands of a GitHub workflow or a GitLab job, as far as they run on this machine.

run_steps.py github FILE JOB [FACTS]  runs the `run` steps of a job, and those of this repository's action where a step uses it.
run_steps.py gitlab FILE INPUTS       runs the script of the job that a file with `spec:inputs` describes.

FACTS and INPUTS are JSON: values of expressions such as `matrix.os`, and inputs. Other actions are named, not run. The last line
of the output is the outputs of all steps, as JSON.
"""

import json
import os
import re
import subprocess
import sys
import tempfile

import yaml

SHELLS = {"bash": ["bash", "--noprofile", "--norc", "-eo", "pipefail"], "python": ["python"]}
ACTION = ".github/actions/freeze"
ROOT = os.environ["REPOSITORY"]


def value(expression, facts):
    expression = expression.strip()
    operation = re.fullmatch(r"(\S+) (==|!=) '(.*)'", expression)
    if operation:
        left, operator, right = operation.groups()
        return str((value(left, facts) == right) == (operator == "=="))
    call = re.fullmatch(r"startsWith\((\S+), '(.*)'\)", expression)
    if call:
        return str(value(call[1], facts).startswith(call[2]))
    if expression not in facts:
        # An output that no step has written is empty.
        if expression.startswith("steps."):
            return ""
        sys.exit(f"nothing has the value of {expression!r}")
    return facts[expression]


def fill(text, facts):
    return re.sub(r"\$\{\{(.*?)\}\}", lambda m: value(m[1], facts), str(text))


def outputs(path):
    with open(path, encoding="utf-8") as file:
        return dict(line.rstrip("\n").split("=", 1) for line in file)


def run(script, shell, environment, folder):
    with tempfile.NamedTemporaryFile("w", suffix=".py" if shell == "python" else ".sh") as file:
        file.write(script)
        file.flush()
        done = subprocess.run([*SHELLS[shell], file.name], env={**os.environ, **environment}, cwd=folder)
    if done.returncode:
        sys.exit(f"a step failed with {done.returncode}:\n{script}")


def steps(of, facts, environment):
    for step in of:
        if "if" in step and value(step["if"], facts) != "True":
            continue
        given = {name: fill(text, facts) for name, text in step.get("with", {}).items()}
        written = {}
        if ACTION in step.get("uses", ""):
            written = action(given, facts)
        elif "uses" in step:
            print("uses:", step["uses"], json.dumps(given), flush=True)
        else:
            with tempfile.NamedTemporaryFile("w") as file:
                own = {name: fill(text, facts) for name, text in step.get("env", {}).items()}
                own = {**environment, **own, "GITHUB_OUTPUT": file.name}
                folder = fill(step.get("working-directory", "."), facts)
                run(fill(step["run"], facts), step.get("shell", "bash"), own, folder)
                written = outputs(file.name)
        facts = {**facts, **{f"steps.{step.get('id')}.outputs.{name}": text for name, text in written.items()}}
    return facts


def action(given, facts):
    with open(os.path.join(ROOT, ACTION, "action.yml"), encoding="utf-8") as file:
        described = yaml.safe_load(file)
    unknown = given.keys() - described["inputs"].keys()
    if unknown:
        sys.exit(f"the action has no inputs {unknown}")
    inputs = {name: given.get(name, about["default"]) for name, about in described["inputs"].items()}
    inner = {name: text for name, text in facts.items() if name.split(".")[0] in ("runner", "github")}
    inner.update({f"inputs.{name}": str(text) for name, text in inputs.items()})
    inner = steps(described["runs"]["steps"], inner, {})
    return {name: fill(about["value"], inner) for name, about in described["outputs"].items()}


def github(path, name, extra="{}"):
    with open(path, encoding="utf-8") as file:
        workflow = yaml.safe_load(file)
    job = workflow["jobs"][name]
    facts = {
        "runner.os": "Linux",
        "runner.arch": "X64",
        "runner.temp": os.environ["RUNNER_TEMP"],
        "github.workspace": os.getcwd(),
        "github.workflow": "build",
        "github.job": name,
        "github.run_id": "1",
        "github.sha": "0" * 40,
        **json.loads(extra),
    }
    environment = {**workflow.get("env", {}), **job.get("env", {})}
    environment = {key: fill(text, facts) for key, text in environment.items()}
    facts = steps(job["steps"], facts, environment)
    print(json.dumps({key: text for key, text in facts.items() if key.startswith("steps.")}))


def gitlab(path, given):
    with open(path, encoding="utf-8") as file:
        described = list(yaml.safe_load_all(file))
    inputs = {name: about.get("default") for name, about in described[0]["spec"]["inputs"].items()}
    given = json.loads(given)
    assert given.keys() <= inputs.keys(), given
    inputs.update(given)
    text = open(path, encoding="utf-8").read().split("\n---\n")[1]
    text = re.sub(r"\$\[\[ inputs\.([\w-]+) \]\]", lambda m: str(inputs[m[1]]), text)
    (job,) = yaml.safe_load(text).values()
    environment = {"CI_PROJECT_DIR": os.getcwd(), "CI_JOB_NAME": "freeze"}
    for name, text in job["variables"].items():
        environment[name] = re.sub(r"\$(\w+)", lambda m: environment[m[1]], str(text or ""))
    run("\n".join(job["script"]), "bash", environment, ".")
    missing = [path for path in job["artifacts"]["paths"] if not os.path.exists(path)]
    if missing:
        sys.exit(f"the job has not written {missing}")
    print("{}")


{"github": github, "gitlab": gitlab}[sys.argv[1]](*sys.argv[2:])
