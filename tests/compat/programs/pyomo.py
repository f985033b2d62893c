# /// script
# requires-python = ">=3.10"
# dependencies = ["pyomo", "highspy"]
# ///
"""Models and solves, with plugins registered by what is imported."""

import io
import os
import tempfile

os.environ["PYOMO_CONFIG_DIR"] = tempfile.mkdtemp()
import pyomo.environ as pyo
from pyomo.dae import ContinuousSet, DerivativeVar
from pyomo.gdp import Disjunct, Disjunction

model = pyo.ConcreteModel()
model.x = pyo.Var(bounds=(0, None))
model.y = pyo.Var(within=pyo.Integers, bounds=(0, 10))
model.limit = pyo.Constraint(expr=model.x + 2 * model.y <= 7.5)
model.goal = pyo.Objective(expr=model.x + 3 * model.y, sense=pyo.maximize)
result = pyo.SolverFactory("appsi_highs").solve(model)
assert pyo.check_optimal_termination(result) and abs(pyo.value(model.goal) - 10.5) < 1e-6, pyo.value(model.goal)
with tempfile.TemporaryDirectory() as folder:
    for name in ("m.lp", "m.nl", "m.mps", "m.gms"):
        model.write(f"{folder}/{name}")
        assert os.path.getsize(f"{folder}/{name}") > 50, name
other = pyo.ConcreteModel()
other.x = pyo.Var(bounds=(0, 10))
other.a, other.b = Disjunct(), Disjunct()
other.a.c = pyo.Constraint(expr=other.x <= 2)
other.b.c = pyo.Constraint(expr=other.x >= 8)
other.either = Disjunction(expr=[other.a, other.b])
pyo.TransformationFactory("gdp.bigm").apply_to(other)
assert len(list(other.component_data_objects(pyo.Constraint, active=True))) >= 3
wave = pyo.ConcreteModel()
wave.t = ContinuousSet(bounds=(0, 1))
wave.x = pyo.Var(wave.t)
wave.d = DerivativeVar(wave.x)
pyo.TransformationFactory("dae.collocation").apply_to(wave, nfe=3)
assert len(wave.t) > 4
assert pyo.SolverFactory("glpk").available(exception_flag=False) in (True, False)
out = io.StringIO()
model.pprint(ostream=out)
assert "limit" in out.getvalue()
print("ok")
