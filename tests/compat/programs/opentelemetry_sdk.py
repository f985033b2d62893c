# /// script
# requires-python = ">=3.10"
# dependencies = ["opentelemetry-sdk", "opentelemetry-exporter-otlp-proto-http"]
# ///
"""Records spans and metrics, whose context and identifiers are found by entry points."""

from opentelemetry import baggage, context, metrics, propagate, trace
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.resources import Resource, get_aggregated_resources
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

exporter = InMemorySpanExporter()
provider = TracerProvider(resource=Resource.create({"service.name": "s"}))
provider.add_span_processor(SimpleSpanProcessor(exporter))
trace.set_tracer_provider(provider)
with trace.get_tracer("t").start_as_current_span("outer") as outer:
    with trace.get_tracer("t").start_as_current_span("inner"):
        headers = {}
        token = context.attach(baggage.set_baggage("k", "v"))
        propagate.inject(headers)
        context.detach(token)
assert headers["traceparent"].split("-")[1] == format(outer.get_span_context().trace_id, "032x")
assert headers["baggage"] == "k=v", headers
inner, outer = exporter.get_finished_spans()
assert inner.parent.span_id == outer.context.span_id and inner.resource.attributes["service.name"] == "s"
reader = InMemoryMetricReader()
metrics.set_meter_provider(MeterProvider([reader]))
metrics.get_meter("m").create_counter("c").add(5)
point = reader.get_metrics_data().resource_metrics[0].scope_metrics[0].metrics[0].data.data_points[0]
assert point.value == 5
assert "telemetry.sdk.version" in get_aggregated_resources([]).attributes

from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans  # noqa: E402

assert encode_spans([inner]).resource_spans[0].scope_spans[0].spans[0].name == "inner"
print("ok")
