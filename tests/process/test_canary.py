"""Everything that a patient's life brings goes through the real process, and is searched for where it must not be."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tests.process.service import Service, eventually, followup, infusion, run, settings
from tests.support.smtp_server import SmtpServer
from tests.support.twilio_stand_in import Fault, TwilioStandIn

ANN, STRANGER = "+13125550173", "+12025550187"
WORDS = "canaryword my chest is crushing, the canary sings"
#: What nobody but the clinic may read: each as it is given, and the numbers as people write them.
CANARIES = (
    "Canaria",
    "Featherstone",
    "canaria.featherstone@mail.example",
    "3125550173",
    "555-0173",
    "2025550187",
    "Canary Row",
    "Uncle Canary",
    "1950-02-03",
    "canaryword",
    "canary sings",
    "canarynote",
    "canaryquestion",
    "canarymistake",
)
OPEN_PAGES = ("/metrics", "/readyz", "/healthz", "/api/openapi.json")
#: A file with mistakes in it, as a clinic might export.
CSV = "id,patient id,name,phone,treatment,ended at\nX1,P9,Canaria Featherstone,canarymistake,ketamine,yesterday-ish\n"


def test_nothing_of_a_patient_is_where_it_does_not_belong(
    tmp_path: Path, twilio: TwilioStandIn, mail_server: SmtpServer
) -> None:
    mail = {"FOLLOWUP_SMTP_URL": mail_server.url, "FOLLOWUP_EMAIL_FROM": "Clinic <clinic@example.org>"}
    written: list[str] = []
    with Service(tmp_path, twilio, **mail) as service:
        _a_life(service, twilio)
        written += [
            service.web.ask("GET", path).body for path in ("/metrics", "/readyz", "/healthz", "/api/openapi.json")
        ]
        written += [reply.body for reply in _refusals(service)]
        service.kill()
        written.append(service.output)
        service.start()
        eventually(lambda: service.web.ask("GET", "/readyz").status, lambda status: status == 200)
        (tmp_path / "export.csv").write_text(CSV, encoding="utf-8")
        values = settings(twilio, service.database, **mail)
        for command in (["doctor"], ["audit", "verify"], ["hold", "status"], ["infusion", "import", "export.csv"]):
            done = run(tmp_path, followup(*command), values)
            written += [done.stdout, done.stderr]
        (tmp_path / "export.csv").unlink()
        assert service.terminate(10) == 0
        written.append(service.output)

    urls = [f"{request.path}?{request.query}" for request in twilio.requests() if request.creates]
    staff = [text.body for text in twilio.accepted() if text.to not in {ANN, STRANGER}]
    assert staff, "no notice to staff was looked at"
    mails = [sent.raw.decode() for sent in mail_server.mails()]
    assert mails, "no mail was looked at"
    files = [path.read_bytes().decode("latin-1") for path in tmp_path.rglob("*") if path.is_file()]
    assert files, "no file was looked at"
    places = {"output": written, "addresses": urls, "notices": staff, "mails": mails, "files": files}
    assert list(_found(places)) == []


def _a_life(service: Service, twilio: TwilioStandIn) -> None:
    """An infusion with all details, danger, a question, a stranger, a refusal that repeats the number, an end."""
    body = infusion("P1", ANN)
    patient = body["patient"]
    assert isinstance(patient, dict)
    patient |= {
        "name": "Canaria Featherstone",
        "email": "canaria.featherstone@mail.example",
        "birth_date": "1950-02-03",
        "address": "12 Canary Row",
        "emergency_contact": "Uncle Canary 312-555-0173",
    }
    assert service.web.ask("POST", "/api/infusions", body).status == 201
    twilio.wait_for_accepted()
    repeated = '{"code": 21211, "message": "The To number +13125550173 (Canaria) is not valid", "status": 400}'
    twilio.plan(Fault(status=400, body=repeated), when=lambda request: request.creates and request.form["To"] == ANN)
    twilio.text_from(ANN, WORDS)
    eventually(lambda: service.alerts("open"), lambda alerts: len(alerts) >= 1)
    twilio.text_from(ANN, "canaryquestion: may I drive?", media=("image/jpeg",))
    twilio.text_from(STRANGER, "canaryword who is this")
    alerts = eventually(lambda: service.alerts("open"), lambda found: len(found) >= 2)
    ours = next(alert for alert in alerts if alert["patient"] == "P1")
    closing = {"by": "Kay Miller", "outcome": "reached_and_safe", "minutes": 5, "note": "canarynote: she is fine"}
    assert service.web.ask("POST", f"/api/alerts/{ours['id']}/close", closing).status == 200
    twilio.text_from(ANN, "STOP")


def _refusals(service: Service) -> Iterator:
    """Mistakes that hold what must not be repeated."""
    broken = infusion("P2", "canarymistake")
    yield service.web.ask("POST", "/api/infusions", broken)
    yield service.web.ask("POST", "/api/infusions", {**infusion("P1", ANN), "treatment": "canarymistake"})
    yield service.web.ask("POST", "/api/alerts/none/close", {"by": "canarymistake", "outcome": "canarymistake"})
    yield service.web.ask("GET", "/staff/patients")


def _found(places: dict[str, list[str]]) -> Iterator[tuple[str, str, str]]:
    for place, texts in places.items():
        for text in texts:
            for canary in CANARIES:
                at = text.casefold().find(canary.casefold())
                if at >= 0:
                    yield place, canary, text[max(0, at - 60) : at + 60]
