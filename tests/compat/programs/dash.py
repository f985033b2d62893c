# /// script
# requires-python = ">=3.10"
# dependencies = ["dash", "pandas"]
# ///
"""Serves an app and answers a callback."""

import json

from dash import Dash, Input, Output, dash_table, dcc, html

app = Dash("app")
table = dash_table.DataTable([{"a": 1}], id="table")
app.layout = html.Div([dcc.Input(id="in", value="x"), html.Div(id="out"), dcc.Graph(id="g"), table])


@app.callback(Output("out", "children"), Input("in", "value"))
def update(value):
    return value.upper()


client = app.server.test_client()
page = client.get("/").text
assert "dash_renderer" in page or "dash-renderer" in page
assert client.get("/_dash-layout").json["props"]["children"][0]["type"] == "Input"
scripts = [part.split('"')[0] for part in page.split('src="')[1:]]
assert len(scripts) > 3
for script in scripts:
    assert client.get(script).status_code == 200, script
body = {"output": "out.children", "outputs": {"id": "out", "property": "children"}, "changedPropIds": ["in.value"]}
body["inputs"] = [{"id": "in", "property": "value", "value": "abc"}]
answer = client.post("/_dash-update-component", data=json.dumps(body), content_type="application/json")
assert answer.json["response"]["out"]["children"] == "ABC"
print("ok")
