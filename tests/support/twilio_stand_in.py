"""Plays Twilio on loopback: a real HTTP endpoint with a ledger of its own and a script of faults.

    with TwilioStandIn() as twilio:
        service(FOLLOWUP_TWILIO_BASE_URL=twilio.url, TWILIO_ACCOUNT_SID=twilio.account, TWILIO_AUTH_TOKEN=twilio.token)
        hold = twilio.hang()           # accept the next text, keep its answer back
        ...                            # kill the service here
        hold.release()
        assert [each.to for each in twilio.accepted()] == [ann]

The ledger (`accepted()`) is the truth about what was taken, whatever was answered.
"""

from __future__ import annotations

import base64
import json
import re
import secrets
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

from followup.clock import Clock, SystemClock
from tests.support.twilio_calls import Call, Calls
from tests.support.twilio_console import Console
from tests.support.twilio_signed_posts import TRUE, Answer, Forgery, Pairs, Poster

API = "/2010-04-01/Accounts"
PATIENCE = 30.0  # seconds that anything here waits at most

Json = dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request as it came."""

    method: str
    path: str
    query: Mapping[str, str]
    form: Mapping[str, str]
    headers: Mapping[str, str]
    pairs: Pairs = ()

    @property
    def calls(self) -> bool:
        """Whether it asks for a new call."""
        return self.method == "POST" and self.path.endswith("/Calls.json")

    @property
    def creates(self) -> bool:
        """Whether it asks for a new message."""
        return self.method == "POST" and self.path.endswith("/Messages.json")

    @property
    def our_id(self) -> str | None:
        """The sender's own id, out of the address for statuses."""
        return _query_of(self.form.get("StatusCallback", "")).get("m")


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """One message in the ledger; `refused` marks the record of a creation answered with 400."""

    sid: str
    to: str
    sender: str | None
    service: str | None
    body: str
    callback: str | None
    validity: str | None
    created_at: datetime
    status: str
    error_code: int | None = None
    direction: str = "outbound-api"
    refused: bool = False

    @property
    def our_id(self) -> str | None:
        """The sender's own id."""
        return _query_of(self.callback or "").get("m")

    @property
    def attempt(self) -> str | None:
        """The sender's own count of attempts."""
        return _query_of(self.callback or "").get("a")


class Hold:
    """Keeps an answer back until released."""

    def __init__(self) -> None:
        self._arrived = threading.Event()
        self._released = threading.Event()

    def wait_until_reached(self) -> None:
        """Wait until a request is being held. Raises AssertionError when none comes."""
        assert self._arrived.wait(PATIENCE), "no request came to be held"

    def release(self) -> None:
        """Let the answer go."""
        self._released.set()

    def keep(self) -> None:
        """Called by the endpoint: wait for the release."""
        self._arrived.set()
        self._released.wait(PATIENCE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What happens to a request instead of the true answer.

    `accept`: take the message first. `hold` keeps the answer back. Then either the line is cut (`cut`:
    `reset`, `close`, `truncate`, `drip`), or `status` and `body` are answered, or, without either, the truth.
    """

    accept: bool = False
    hold: Hold | None = None
    cut: str | None = None
    status: int | None = None
    body: str = ""
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)


When = Callable[[Request], bool]


@dataclass(slots=True)
class _Planned:
    fault: Fault
    when: When
    times: int | None


class TwilioStandIn:
    """The endpoint, its ledger, its faults, and the posts it makes to a service.

    `public_url` is what the service believes its address to be and signatures are made for; `target`
    where it really listens. Set both before `status` or `text_from`. `statuses` are posted by themselves
    after each creation.
    """

    def __init__(
        self,
        *,
        account: str = "AC" + "0" * 32,
        token: str = "stand-in-token",
        number: str = "+12025550100",
        public_url: str = "https://follow-up.example",
        target: str | None = None,
        statuses: tuple[str, ...] = (),
        clock: Clock | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.account, self.token, self.number = account, token, number
        self.public_url, self.target, self.statuses = public_url, target, statuses
        self._clock = clock or SystemClock()
        self.console = Console()
        self.calls = Calls(self._clock.now)
        self.lists_refusals = True
        self.account_status = "active"
        self.page_size: int | None = None
        self.stopped: set[str] = set()
        self._texts: dict[str, Text] = {}
        self._requests: list[Request] = []
        self._planned: list[_Planned] = []
        self._changed = threading.Condition()
        self._posts: list[threading.Thread] = []
        self._server = _Server(self, tls)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    # Life

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for planned in self._planned:
            if planned.fault.hold is not None:
                planned.fault.hold.release()
        for thread in tuple(self._posts):
            thread.join(PATIENCE)
        self._server.stopped.set()
        self._server.shutdown()
        self._server.drop_connections()
        self._server.server_close()
        self._thread.join(PATIENCE)

    @property
    def url(self) -> str:
        """What FOLLOWUP_TWILIO_BASE_URL should be."""
        return f"{'https' if self._server.secure else 'http'}://127.0.0.1:{self._server.server_port}"

    @property
    def connections(self) -> int:
        """How many connections were opened so far."""
        return self._server.connections

    def drop_connections(self) -> None:
        """Close what clients keep open, as a server does after a while."""
        self._server.drop_connections()

    # The truth

    def accepted(self) -> tuple[Text, ...]:
        """Everything taken, oldest first."""
        with self._changed:
            return tuple(text for text in self._texts.values() if not text.refused and text.direction != "inbound")

    def placed(self) -> tuple[Call, ...]:
        """Every call taken, oldest first."""
        with self._changed:
            return tuple(self.calls.taken.values())

    def wait_for_call(self, count: int = 1) -> tuple[Call, ...]:
        """Wait until `count` calls were taken. Raises AssertionError when they are not."""
        self._wait(lambda: len(self.calls.taken) >= count, f"{count} calls")
        return self.placed()

    def requests(self) -> tuple[Request, ...]:
        """Every request, oldest first."""
        with self._changed:
            return tuple(self._requests)

    def creations(self) -> tuple[Request, ...]:
        """Every request for a new message, oldest first."""
        return tuple(each for each in self.requests() if each.creates)

    def wait_for_request(self, count: int = 1) -> tuple[Request, ...]:
        """Wait until `count` requests for a new message came. Raises AssertionError when they do not."""
        self._wait(lambda: len([each for each in self._requests if each.creates]) >= count, f"{count} requests")
        return self.creations()

    def wait_for_accepted(self, count: int = 1) -> tuple[Text, ...]:
        """Wait until `count` messages were taken. Raises AssertionError when they are not."""
        self._wait(lambda: len([each for each in self._texts.values() if not each.refused]) >= count, f"{count} texts")
        return self.accepted()

    def _wait(self, reached: Callable[[], bool], what: str) -> None:
        with self._changed:
            assert self._changed.wait_for(reached, PATIENCE), f"{what} did not come within {PATIENCE:.0f} s"

    # Faults

    def plan(self, fault: Fault, *, times: int | None = 1, when: When | None = None) -> Fault:
        """Let `fault` strike the next `times` creations, or the next requests that `when` picks (None: for ever)."""
        with self._changed:
            self._planned.append(_Planned(fault, when or (lambda request: request.creates), times))
        return fault

    def heal(self) -> None:
        """Forget every planned fault."""
        with self._changed:
            self._planned.clear()

    def hang(self, *, accept: bool = True, times: int | None = 1, when: When | None = None) -> Hold:
        """Hold the answer back; `accept` says whether the message was taken before."""
        hold = Hold()
        self.plan(Fault(accept=accept, hold=hold, cut=None if accept else "close"), times=times, when=when)
        return hold

    def cut(self, how: str = "reset", *, accept: bool = True, times: int | None = 1, when: When | None = None) -> None:
        """Cut the line: `reset`, `close`, `truncate` in the middle of the answer, or `drip` it byte by byte."""
        self.plan(Fault(accept=accept, cut=how), times=times, when=when)

    def refuse(
        self,
        status: int,
        code: int | None = None,
        *,
        problem: bool = False,
        headers: Mapping[str, str] | None = None,
        times: int | None = 1,
        when: When | None = None,
    ) -> None:
        """Answer with `status` and Twilio's `code`; `problem`: in the form of RFC 9457."""
        kind = "application/problem+json" if problem else "application/json"
        body = json.dumps(_error(status, code, problem=problem))
        self.plan(Fault(status=status, body=body, content_type=kind, headers=headers or {}), times=times, when=when)

    def html(self, status: int, *, accept: bool = False, times: int | None = 1, when: When | None = None) -> None:
        """Answer with a page, as something between us and Twilio does."""
        page = "<html><body>Something is wrong</body></html>"
        self.plan(Fault(accept=accept, status=status, body=page, content_type="text/html"), times=times, when=when)

    def garble(
        self, body: str, *, status: int = 201, accept: bool = True, times: int | None = 1, when: When | None = None
    ) -> None:
        """Take the message and answer `body`."""
        self.plan(Fault(accept=accept, status=status, body=body), times=times, when=when)

    def _strike(self, request: Request) -> Fault | None:
        planned = next((each for each in self._planned if each.when(request)), None)
        if planned is None:
            return None
        if planned.times is not None:
            planned.times -= 1
            if planned.times <= 0:
                self._planned.remove(planned)
        return planned.fault

    # What the endpoint does, called on its threads

    def handle(self, request: Request, reply: _Reply) -> None:
        """Answer one request, with its fault if one strikes."""
        with self._changed:
            fault = self._strike(request)
            truth: tuple[int, Json] | None = None
            if fault is None or fault.accept or (fault.status is None and fault.cut is None):
                truth = self._answer(request)
            self._requests.append(request)
            self._changed.notify_all()
        if fault is not None and fault.hold is not None:
            fault.hold.keep()
        reply.give(fault, truth)
        if truth is not None and request.creates and truth[0] == 201:
            self._post_statuses(str(truth[1]["sid"]))

    def _answer(self, request: Request) -> tuple[int, Json]:
        if request.headers.get("authorization") != _basic(self.account, self.token):
            return 401, _error(401, 20003)
        if request.path == f"{API}/{self.account}.json":
            return 200, {"sid": self.account, "status": self.account_status}
        console = self.console.answer(request.path, request.query, self.account)
        if console is not None:
            return console
        calls = self.calls.answer(request.method, request.path, request.query, request.pairs, self.account)
        if calls is not None:
            return calls
        path = re.fullmatch(rf"{API}/([^/]+)/Messages(?:/([^/]+))?\.json", request.path)
        if path is None or path[1] != self.account:
            return 404, _error(404, 20404)
        if path[2] is not None:
            return self._one(request, path[2])
        return self._create(request) if request.method == "POST" else (200, self._page(request))

    def _create(self, request: Request) -> tuple[int, Json]:
        form = request.form
        code = self._mistake(form)
        text = Text(
            sid=f"SM{secrets.token_hex(16)}",
            to=form.get("To", ""),
            sender=None if "MessagingServiceSid" in form else form.get("From"),
            service=form.get("MessagingServiceSid"),
            body=form.get("Body", ""),
            callback=form.get("StatusCallback"),
            validity=form.get("ValidityPeriod"),
            created_at=self._clock.now(),
            status="failed" if code else ("accepted" if "MessagingServiceSid" in form else "queued"),
            error_code=code,
            refused=code is not None,
        )
        if code is None or self.lists_refusals:
            self._texts[text.sid] = text
        return (201, self._json(text)) if code is None else (400, _error(400, code))

    def _mistake(self, form: Mapping[str, str]) -> int | None:
        through_service = "MessagingServiceSid" in form
        checks = (
            (21604, not form.get("To")),
            (21603, not form.get("From") and not through_service),
            (21602, not form.get("Body")),
            (21617, len(form.get("Body", "")) > 1600),
            (21211, re.fullmatch(r"\+[1-9][0-9]{6,14}", form.get("To", "")) is None),
            (21610, form.get("To") in self.stopped and not through_service),
        )
        return next((code for code, wrong in checks if wrong), None)

    def _one(self, request: Request, sid: str) -> tuple[int, Json]:
        text = self._texts.get(sid)
        if text is None:
            return 404, _error(404, 20404)
        if request.method == "DELETE":
            del self._texts[sid]
            return 204, {}
        if request.method == "POST" and request.form.get("Body") == "":
            text = self._texts[sid] = replace(text, body="")
        return 200, self._json(text)

    def _page(self, request: Request) -> Json:
        query = request.query
        found = [
            text
            for text in reversed(self._texts.values())
            if query.get("To") in {None, text.to} and query.get("From") in {None, text.sender}
        ]
        size = self.page_size or int(query.get("PageSize", "50"))
        page = int(query.get("Page", "0"))
        rest = found[(page + 1) * size :]
        following = urlencode({**query, "Page": page + 1, "PageSize": size})
        return {
            "messages": [self._json(text) for text in found[page * size : (page + 1) * size]],
            "page": page,
            "page_size": size,
            "next_page_uri": f"{request.path}?{following}" if rest else None,
        }

    def _json(self, text: Text) -> Json:
        made = format_datetime(text.created_at)
        return {
            "sid": text.sid,
            "account_sid": self.account,
            "to": text.to,
            "from": text.sender,
            "messaging_service_sid": text.service,
            "body": text.body,
            "status": text.status,
            "direction": text.direction,
            "error_code": text.error_code,
            "error_message": None,
            "num_media": "0",
            "num_segments": "1",
            "date_created": made,
            "date_updated": made,
            "date_sent": None if text.status in {"queued", "accepted"} else made,
            "api_version": "2010-04-01",
            "uri": f"{API}/{self.account}/Messages/{text.sid}.json",
        }

    def settle(self, sid: str, status: str, *, error_code: int | None = None, body: str | None = None) -> Text:
        """Let message `sid` be `status` (and redact it) without telling anybody."""
        with self._changed:
            old = self._texts[sid]
            changed = replace(old, status=status, error_code=error_code, body=old.body if body is None else body)
            self._texts[sid] = changed
            return changed

    # What it posts to the service

    def status(
        self, sid: str, status: str, *, error_code: int | None = None, forgery: Forgery = TRUE, times: int = 1
    ) -> tuple[Answer, ...]:
        """Post that message `sid` is now `status`, to the address that came with it, `times` times at once."""
        text = self.settle(sid, status, error_code=error_code)
        assert text.callback is not None, "this message asked for no statuses"
        fields = (
            ("AccountSid", self.account),
            ("ApiVersion", "2010-04-01"),
            ("From", text.sender or self.number),
            ("MessageSid", sid),
            ("MessageStatus", status),
            ("SmsSid", sid),
            ("SmsStatus", status),
            ("To", text.to),
            *([] if error_code is None else [("ErrorCode", str(error_code))]),
        )
        parts = urlsplit(text.callback)
        return self._send(f"{parts.path}?{parts.query}", fields, forgery, times)

    def text_from(
        self,
        number: str,
        body: str,
        *,
        to: str | None = None,
        sid: str | None = None,
        media: tuple[str, ...] = (),
        opt_out_type: str | None = None,
        forgery: Forgery = TRUE,
        times: int = 1,
        path: str = "/twilio/sms",
    ) -> tuple[Answer, ...]:
        """Post that `number` texted `body` to us, `times` times at once with one id."""
        fields = self.inbound_fields(number, body, to=to, sid=sid, media=media, opt_out_type=opt_out_type)
        return self._send(path, fields, forgery, times)

    def inbound_fields(
        self,
        number: str,
        body: str,
        *,
        to: str | None = None,
        sid: str | None = None,
        media: tuple[str, ...] = (),
        opt_out_type: str | None = None,
    ) -> Pairs:
        """What Twilio posts for a text, the fields that are often blank among them; recorded as listed at Twilio."""
        name = sid or f"SM{secrets.token_hex(16)}"
        with self._changed:
            self._texts[name] = Text(
                sid=name,
                to=to or self.number,
                sender=number,
                service=None,
                body=body,
                callback=None,
                validity=None,
                created_at=self._clock.now(),
                status="received",
                direction="inbound",
            )
        return (
            ("ToCountry", "US"),
            ("ToState", ""),
            ("SmsMessageSid", name),
            ("NumMedia", str(len(media))),
            ("ToCity", ""),
            ("FromZip", ""),
            ("SmsSid", name),
            ("FromState", "TX"),
            ("SmsStatus", "received"),
            ("FromCity", ""),
            ("Body", body),
            ("FromCountry", "US"),
            ("To", to or self.number),
            ("ToZip", ""),
            ("NumSegments", "1"),
            ("MessageSid", name),
            ("AccountSid", self.account),
            ("From", number),
            ("ApiVersion", "2010-04-01"),
            *((f"MediaContentType{index}", kind) for index, kind in enumerate(media)),
            *((f"MediaUrl{index}", f"https://api.twilio.com/media/{index}") for index in range(len(media))),
            *([] if opt_out_type is None else [("OptOutType", opt_out_type)]),
        )

    def call_status(
        self,
        sid: str,
        status: str,
        *,
        answered_by: str | None = None,
        forgery: Forgery = TRUE,
        times: int = 1,
    ) -> tuple[Answer, ...]:
        """Post that call `sid` is now `status`, or what it is taken for, to the address that came with it."""
        with self._changed:
            call = self.calls.settle(sid, status, answered_by)
        machine = () if answered_by is None else (("AnsweredBy", answered_by), ("MachineDetectionDuration", "2100"))
        fields = (*self._call_fields(call), *machine)
        parts = urlsplit(call.callback if answered_by is None else call.machine_callback)
        return self._send(f"{parts.path}?{parts.query}", fields, forgery, times)

    def presses(self, sid: str, key: str, *, path: str | None = None, forgery: Forgery = TRUE) -> Answer:
        """Post that whoever picked up call `sid` pressed `key`, to where its markup (or `path`) sends keys."""
        with self._changed:
            call = self.calls.settle(sid, "in-progress")
        fields = (*self._call_fields(call), ("Digits", key), ("msg", "Gather End"), ("FinishedOnKey", ""))
        return self._send(path or call.key_path, fields, forgery, 1)[0]

    def connection_ended(self, sid: str, path: str, status: str, *, seconds: int = 0, gone: bool = False) -> Answer:
        """Post that the other phone was put down (`completed`), or why nobody spoke; `gone`: our side hung up."""
        with self._changed:
            call = self.calls.settle(sid, "completed" if gone else "in-progress")
        fields = (
            *self._call_fields(call),
            ("DialCallStatus", status),
            ("DialCallSid", f"CA{secrets.token_hex(16)}"),
            ("DialCallDuration", str(seconds)),
        )
        return self._send(path, fields, TRUE, 1)[0]

    def _call_fields(self, call: Call) -> Pairs:
        return (
            ("AccountSid", self.account),
            ("ApiVersion", "2010-04-01"),
            ("CallSid", call.sid),
            ("CallStatus", call.status),
            ("Called", call.to),
            ("CallerCity", ""),
            ("Direction", "outbound-api"),
            ("From", call.sender),
            ("To", call.to),
        )

    def _send(self, path: str, fields: Pairs, forgery: Forgery, times: int) -> tuple[Answer, ...]:
        assert self.target is not None, "set `target` to where the service listens"
        poster = Poster(public_url=self.public_url, target=self.target, token=self.token)
        if times == 1:
            return (poster.post(path, fields, forgery),)
        return poster.post_many(path, fields, times)

    def _post_statuses(self, sid: str) -> None:
        if not self.statuses or self.target is None:
            return
        thread = threading.Thread(target=lambda: [self.status(sid, each) for each in self.statuses], daemon=True)
        self._posts.append(thread)
        thread.start()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, stand_in: TwilioStandIn, tls: ssl.SSLContext | None) -> None:
        super().__init__(("127.0.0.1", 0), _Reply)
        self.stand_in = stand_in
        self.secure = tls is not None
        self.stopped = threading.Event()
        self.connections = 0
        self._open: set[socket.socket] = set()
        if tls is not None:
            self.socket = tls.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)

    def process_request(self, request: socket.socket | tuple[bytes, socket.socket], client_address: object) -> None:
        assert isinstance(request, socket.socket)
        self._open.add(request)
        self.connections += 1
        super().process_request(request, client_address)

    def shutdown_request(self, request: socket.socket | tuple[bytes, socket.socket]) -> None:
        assert isinstance(request, socket.socket)
        self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that went away, or did not trust our certificate, is part of the play."""

    def drop_connections(self) -> None:
        """Close what clients keep open, so that no thread waits for their next request."""
        for connection in tuple(self._open):
            with connection:
                try:
                    connection.shutdown(socket.SHUT_RDWR)
                except OSError:
                    continue


class _Reply(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 64 * 1024
    server: _Server

    def do_POST(self) -> None:
        self._handle()

    def do_GET(self) -> None:
        self._handle()

    def do_DELETE(self) -> None:
        self._handle()

    def give(self, fault: Fault | None, truth: tuple[int, Json] | None) -> None:
        """Answer `fault`, or the truth."""
        if fault is not None and fault.cut is not None:
            self._cut(fault.cut, truth)
        elif fault is not None and fault.status is not None:
            self._write(fault.status, fault.body.encode(), fault.content_type, fault.headers)
        elif truth is not None:
            self._write(truth[0], json.dumps(truth[1]).encode() if truth[1] else b"", "application/json", {})

    def _handle(self) -> None:
        parts = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        pairs = tuple(parse_qsl(body, keep_blank_values=True))
        request = Request(
            method=self.command,
            path=parts.path,
            query=_query_of(self.path),
            form=dict(pairs),
            pairs=pairs,
            headers={name.lower(): value for name, value in self.headers.items()},
        )
        self.server.stand_in.handle(request, self)

    def _write(self, status: int, body: bytes, content_type: str, headers: Mapping[str, str]) -> None:
        self._head(status, len(body), content_type, headers)
        self.wfile.write(body)
        self.wfile.flush()

    def _head(self, status: int, length: int, content_type: str, headers: Mapping[str, str]) -> None:
        self.send_response_only(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(length))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def _cut(self, how: str, truth: tuple[int, Json] | None) -> None:
        self.close_connection = True
        if how == "truncate":
            body = json.dumps(truth[1] if truth else {"sid": "SM"}).encode()
            self._head(201, len(body), "application/json", {})
            self.wfile.write(body[: len(body) // 2])
            self.wfile.flush()
        elif how == "drip":
            self._head(201, 100_000, "application/json", {})
            for _ in range(1000):
                self.wfile.write(b" ")
                self.wfile.flush()
                self.server.stopped.wait(0.02)
        elif how == "reset":
            # No lingering: closing sends a reset instead of an orderly end.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - the parent's name
        """Say nothing."""


def _error(status: int, code: int | None, *, problem: bool = False) -> Json:
    if problem:
        return {
            "type": f"https://www.twilio.com/docs/api/errors/{code or status}",
            "title": "Refused by the stand-in",
            "status": status,
            "code": code or status,
            "detail": "Refused by the stand-in",
        }
    error: Json = {"message": "Refused by the stand-in", "status": status, "more_info": ""}
    return error if code is None else {**error, "code": code}


def _basic(account: str, token: str) -> str:
    return "Basic " + base64.b64encode(f"{account}:{token}".encode()).decode()


def _query_of(url: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query, keep_blank_values=True).items()}
