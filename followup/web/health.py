"""/healthz, /readyz and /metrics: for whoever watches the service. Counts only, never a patient's data."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from followup.domain.alert import AlertStatus
from followup.services.check_token import Scope, caller_of
from followup.services.count_work import WorkCounts, count_work
from followup.web.api.tokens import bearer_token
from followup.web.deps import WebDeps
from followup.web.local import is_local


def health_routes(deps: WebDeps) -> list[Route]:
    """The three routes. None of them asks for a sign-in; /metrics asks for loopback or a token that may read."""

    async def alive(_request: Request) -> Response:
        return PlainTextResponse("ok")

    def ready(_request: Request) -> Response:
        found = dict(deps.health())
        return JSONResponse(found, status_code=200 if found.get("ready") else 503)

    def metrics(request: Request) -> Response:
        if not (is_local(request) or _may_read(deps, request)):
            return PlainTextResponse("unauthorized", status_code=401, headers={"www-authenticate": "Bearer"})
        registry = CollectorRegistry()
        registry.register(_Counts(count_work(deps.context), ready=bool(deps.health().get("ready"))))
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    return [
        Route("/healthz", alive, methods=["GET"]),
        Route("/readyz", ready, methods=["GET"]),
        Route("/metrics", metrics, methods=["GET"]),
    ]


def _may_read(deps: WebDeps, request: Request) -> bool:
    token = bearer_token(request)
    if token is None:
        return False
    caller = caller_of(deps.context, token, first=deps.api_token, now=deps.real_clock.now())
    return caller is not None and Scope.READ in caller.scopes


class _Counts(Collector):
    """One reading of the database in Prometheus' words."""

    def __init__(self, counts: WorkCounts, *, ready: bool) -> None:
        self._counts = counts
        self._ready = ready

    def collect(self) -> Iterator[Metric]:
        """The gauges."""
        counts = self._counts
        yield _gauge("followup_ready", "1 while the service is fit for work.", float(self._ready))
        yield _gauge("followup_inbound_oldest_seconds", "Age of the oldest text not yet read.", counts.inbound_waits)
        yield _gauge("followup_alerts_overdue", "Alerts whose next step is late.", counts.alerts_overdue)
        messages = GaugeMetricFamily("followup_messages", "Messages by state.", labels=["state"])
        for state, number in sorted(counts.messages.items()):
            messages.add_metric([state.value], number)
        yield messages
        alerts = GaugeMetricFamily("followup_alerts", "Alerts not closed.", labels=["status", "level"])
        for (status, level), number in sorted(counts.alerts.items()):
            alerts.add_metric([AlertStatus(status).value, level.value], number)
        yield alerts
        jobs = GaugeMetricFamily("followup_job_age_seconds", "Time since a job last ran well.", labels=["job"])
        for name, age in counts.jobs.items():
            jobs.add_metric([name], age)
        yield jobs


def _gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(name, text, value=value)
