"""Every mistake an admin may make is answered with its line, its column and what was expected, in under a second.

Each case puts something else in place of a piece of the shipped file; `⟦` marks where the mistake must be shown.
"""

# ruff: noqa: E501 - a case of the table is one line

from __future__ import annotations

import pytest

from followup.content.loader import InvalidContent, content_from, format_problems
from tests.content import shipped

CASES = [
    # --- what is no YAML
    ("a tab", "    name: Prairie Clinic", "⟦\tname: Prairie Clinic", "a tab stands where spaces are needed"),
    ("a second colon", "    name: Prairie Clinic", "    name: Prairie⟦: Clinic", "a `:` is not possible here"),
    ("an open quote", 'sender: "+13125550100"', 'sender: ⟦"+13125550100', "a quote opens here and is not closed"),
    ("an open list", "languages: [en, es]", "languages: [en, es", "lacks a `,` or its `]`"),
    ("an open table", "names: { en: dizziness, es: mareo }", "names: { en: dizziness, es: mareo", "lacks a `,`"),
    ("a lost dash", "      - 2026-01-19", "       2026-01-19", "found `2026-01-01 2026-01-19`"),
    ("a percent sign", "languages: [en, es]", "languages: ⟦%en", "cannot begin a value"),
    ("an at sign", "role: manager", "role: ⟦@manager", "cannot begin a value"),
    ("a wrong indent", "    phone: (312)", "   phone: (312)", "indentation"),
    ("an unknown anchor", "      C1: *evening", "      C1: ⟦*evning", "names nothing that was marked"),
    ("a merge key", "      C1: *evening", "      ⟦<<: *evening", "`<<` does not merge"),
    ("a tag", "languages: [en, es]", "languages: ⟦!!set [en, es]", "tags such as"),
    ("a key twice", "  kay:\n", "  kay: {}\n  ⟦kay:\n", "`kay` is here twice; it was first set on line"),
    ("a section twice", "limits:\n", "languages: [en]\nlimits:\n", "`languages` is here twice"),
    ("a list as a key", "staff_language: en", "? ⟦[a, b]\n: 1\nstaff_language: en", "a key is a single word"),
    ("a second document", "limits:\n", "⟦---\nlimits:\n", "a second document begins here"),
    ("a control character", "role: manager", "role: man⟦\x07ager", "invisible control character"),
    # --- keys
    ("a misspelt section", "\nstaff:\n", "\n⟦staf:\n", 'schedules.yaml has no `staf` - did you mean "staff"?'),
    ("a misspelt key", "    timezone: America/Chicago\n    hours:", "    ⟦time_zone: America/Chicago\n    hours:", 'did you mean "timezone"?'),
    ("a missing key", "    name: Kay Miller\n", "", "a member of staff needs `name`"),
    ("an invented key", "    role: manager", "    ⟦badge: 12\n    role: manager", "a member of staff has no `badge`; known: name"),
    ("a value for a table", "limits:\n  per_day: 1\n  per_week: 3", "limits: ⟦3", "expected limits with per_day"),
    ("a list for a table", "symptoms:\n", "symptoms: ⟦[]\nsymptom_list:\n", "expected symptoms, each under its name"),
    ("a name with a blank", "  robin:\n", "  ⟦robin h:\n", "`robin h` cannot be a name"),
    # --- values
    ("a wrong zone", "    timezone: America/Chicago\n    hours", "    timezone: ⟦America/Chicgo\n    hours", 'did you mean "America/Chicago"?'),
    ("a zone by its letters", "    timezone: America/Chicago\n    hours", "    timezone: ⟦CST\n    hours", "expected a time zone such as"),
    ("a number without +", 'phone: "+13125550161"', 'phone: ⟦"13125550161"', "expected a phone number with country code"),
    ("a short number", 'phone: "+13125550161"', 'phone: ⟦"+13125"', "expected a phone number with country code"),
    ("no country code", 'phone: "+13125550161"', 'phone: ⟦"+9995550161"', "no such country code"),
    ("no e-mail address", "email: kay.miller@prairie.example.org", "email: ⟦kay.miller", "expected an e-mail address"),
    ("a call-back word", "phone: (312) 555-0142", "phone: ⟦reception", "as patients should see it"),
    ("an hour too many", "      friday: 08:00-17:00", "      friday: ⟦08:00-24:00", "hours run from 00 to 23"),
    ("hours backwards", "      friday: 08:00-17:00", "      friday: ⟦17:00-08:00", "the end must come after the start"),
    ("half an hour", "      friday: 08:00-17:00", "      friday: ⟦08:00", "expected hours such as 08:00-17:00"),
    ("a weekday", "      friday: 08:00-17:00", "      ⟦fridy: 08:00-17:00", 'did you mean "friday"?'),
    ("an own way that is none", "    phone: \"+13125550161\"\n", "    phone: \"+13125550161\"\n    contact: [⟦pigeon]\n", "expected a channel of"),
    ("an own way twice delayed", "    phone: \"+13125550161\"\n", "    phone: \"+13125550161\"\n    contact: [sms, ⟦{ email: 1m, voice: 2m }]\n", "one channel with its delay, such as `voice: 2m`"),
    ("an own wait without unit", "    phone: \"+13125550161\"\n", "    phone: \"+13125550161\"\n    contact: [sms, email: ⟦2]\n", "a unit is missing"),
    ("a first way that waits", "    phone: \"+13125550161\"\n", "    phone: \"+13125550161\"\n    contact: [⟦sms: 2m]\n", "the first way comes at once"),
    ("a holiday's person", "    # holidays: lee  ", "    holidays: ⟦leo  ", 'did you mean "lee"?'),
    ("a test page without hour", "    coverage: A ", "    test_page: ⟦{ weekday: wednesday }\n    coverage: A ", "a weekly test page needs `at`"),
    ("a test page of seconds", "    coverage: A ", "    test_page: { weekday: wednesday, at: \"10:00\", acknowledge_within: ⟦30s }\n    coverage: A ", "nobody can answer within less than a minute"),
    ("no such day", "      - 2026-11-26", "      - ⟦2026-11-31", "there is no such day"),
    ("an American date", "      - 2026-11-26", "      - ⟦11/26/2026", "expected a date such as 2026-12-25"),
    ("a night window", "send_window: 09:00-20:00", "send_window: ⟦07:00-20:00", "never sent before 08:00 or after 21:00"),
    ("an unknown coverage", "coverage: A ", "coverage: ⟦D ", "expected one of A, B or C"),
    ("danger for few eyes", "  R5:\n    level: routine\n", "  R5:\n    level: urgent\n    prescriber_only: ⟦true\n", "what is urgent is for everybody's eyes"),
    ("yes for true", "discreet: false", "discreet: ⟦no", "expected true or false, found `no`"),
    ("a unit missing", "discharge_gap: 60m", "discharge_gap: ⟦60", "a unit is missing"),
    ("a unit unknown", "discharge_gap: 60m", "discharge_gap: ⟦60min", "expected a duration such as 30s, 90m, 4h or 3d"),
    ("too long", "history_after: 48h", "history_after: ⟦999d", "more than 400 days"),
    ("a clock of 25", '    at: "07:00"', '    at: ⟦"25:00"', "hours run from 00 to 23"),
    ("an unknown language", "languages: [en, es]", "languages: [en, ⟦fr]", "expected one of en or es"),
    ("an empty value", "    name: Kay Miller", "    name:⟦", "expected a name, found nothing"),
    ("a role", "role: clinician", "role: ⟦clinican", 'did you mean "clinician"?'),
    ("hand-over", "hand_over: daily", "hand_over: ⟦dayly", 'did you mean "daily"?'),
    ("a limit of none", "per_day: 1", "per_day: ⟦0", "from 1 to 10"),
    ("octal is ten", "per_day: 1\n", "per_day: ⟦0x1\n", "expected a whole number"),
    # --- names of other things
    ("an unknown person", "people: [kay, sam]", "people: [kay, ⟦samm]", '`samm` is not a member of staff - did you mean "sam"?'),
    ("an unknown rota", "tell: { on_duty: nurses }", "tell: { on_duty: ⟦nurse }", '`nurse` is not a rota - did you mean "nurses"?'),
    ("an unknown target", "tell: { next_on_duty: nurses }", "tell: { ⟦next_duty: nurses }", "`next_duty` tells nobody"),
    ("a target of two", "tell: { on_duty: nurses }", "tell: ⟦{ on_duty: nurses, person: lee }", "expected one of on_duty"),
    ("an unknown chain", "      urgent: urgent", "      urgent: ⟦urgnt", '`urgnt` is not a chain - did you mean "urgent"?'),
    ("an unknown fallback", "fallback: robin", "fallback: ⟦robyn", "`robyn` is not a member of staff"),
    ("an unknown question", "questions: [C2_PAIN, SE]", "questions: [⟦C2_PIAN, SE]", 'did you mean "C2_PAIN"?'),
    ("an unknown template", "text: C2_PAIN\n", "text: ⟦C2_PAINN\n", "`C2_PAINN` is not a template folder"),
    ("an unknown symptom", "about: dissociation", "about: ⟦disociation", "`disociation` is not a symptom"),
    ("an unknown topic", "words: [help_now]", "words: [⟦help_me]", "did you mean"),
    ("an unknown scope", "scopes: [idiom]", "scopes: [⟦idioms]", 'did you mean "idiom"?'),
    ("an unknown event", "event: both_silent", "event: ⟦both_quiet", "did you mean"),
    ("an unknown flag", "flags: [si_history]\n      - words: [pain", "flags: [⟦si_histry]\n      - words: [pain", 'did you mean "si_history"?'),
    ("an unknown check-in", "check_ins: [C5, C6]", "check_ins: [C5, ⟦C9]", "`C9` is not a check-in"),
    ("an unknown rule", "unless: [U4]", "unless: [⟦U44]", 'did you mean "U4"?'),
    # --- records that do not fit together
    ("no level", "  U8:\n    level: urgent\n", "  ⟦U8:\n", "a rule needs `level`"),
    ("level none", "  I1:\n    level: info", "  I1:\n    level: ⟦none", "expected one of emergency, urgent, routine or info"),
    ("a threshold of 11", "        at_least: 8\n        rises_by: 2", "        at_least: ⟦11\n        rises_by: 2", "from 0 to 10"),
    ("a percentage", "relief_below: 0.1", "relief_below: ⟦10", "expected a share from 0 to 1"),
    ("a severity of 4", "severity_at_least: 3\n        hours", "severity_at_least: ⟦4\n        hours", "expected a severity from 1 to 3"),
    ("an empty condition", "      - answers: { SE: [9] }", "      - ⟦{}", "would always hold"),
    ("scopes of nothing", "      - event: photo", "      - event: photo\n        scopes: ⟦[past]", "there are no `words` here"),
    ("an answer in words", "options: [1, 2]  ", "options: [⟦YES, 2]  ", "carriers act on that word"),
    ("an answer of two digits", "options: [1, 2]  ", "options: [1, ⟦12]  ", "a digit from 0 to 9"),
    ("a scale with options", "    kind: scale\n    score: mood", "    kind: scale\n    options: ⟦[1]\n    score: mood", "has no `options`"),
    ("a scale of nothing", "  MOOD:\n    kind: scale\n    score: mood", "  ⟦MOOD:\n    kind: scale", "a scale needs `score`"),
    ("an impossible follow-up", "      - answered: [2]\n", "      - answered: [7]\n", "7 is not among the options"),
    ("two times at once", "        day: 1\n", "        day: 1\n        after_infusion: { after: 4h, not_before: 2h, latest: \"19:00\" }\n", "either `after_infusion` or `day`"),
    ("no clock time", '        day: 3\n        at: "11:00"', "        day: ⟦3", "`day` and `at` belong together"),
    ("closes twice", "closes: { after: 24h }", 'closes: ⟦{ after: 24h, at: "20:00" }', "expected either `at`"),
    ("repeats never", "        repeat_every: 28\n", "", "need `repeat_every`"),
    ("steps and work list", "  routine:\n    # Nobody", "  routine:\n    steps: [{ after: 0s, tell: { person: lee }, by: sms }]\n    # Nobody", "either `steps` or a `work_list`"),
    ("an override backwards", "overrides: []", "overrides: [{ start: 2026-12-26 07:00, end: ⟦2026-12-24 07:00, person: sam }]", "the end must come after the start"),
    # --- what can be read and cannot be meant
    ("no chain for urgent", "      urgent: urgent\n", "      urgent: ⟦routine\n", "level urgent needs steps"),
    ("a step that never comes", "      - after: 10m", "      - after: ⟦5m", "this step can never come"),
    ("a late first step", "      - after: 0s\n        tell: { on_duty: nurses }\n        by: [sms, voice, email]\n      - after: 5m", "      - after: ⟦1m\n        tell: { on_duty: nurses }\n        by: [sms, voice, email]\n      - after: 5m", "`after: 0s`"),
    ("a nurse without phone", '    phone: "+13125550162"\n', "", "Sam Ortiz is to be told by sms and has no phone"),
    ("a lead without e-mail", "    email: lee.chen@prairie.example.org\n", "", "Dr. Lee Chen is to be told by email and has no e-mail"),
    ("a channel that does not run", "        by: [sms, voice, email]\n        tell_patient", "        by: [sms, ⟦pager]\n        tell_patient", "`pager`"),
    ("a person without chat", "        by: [sms, voice, email]\n        tell_patient", "        by: [sms, chat]\n        tell_patient", "Dr. Lee Chen is to be told by chat and has no chat names"),
    ("a secret in the file", "    role: manager\n", "    role: manager\n    chat: [⟦\"slack://TOKEN\"]\n", "goes into FOLLOWUP_CHAT_URLS"),
    ("a shared number", '"+13125550164"', '⟦"+13125550163"', "this is also the number of Dr. Lee Chen"),
    ("the clinic's own number", '"+13125550164"', '⟦"+13125550100"', "this is also the number of clinic prairie"),
    ("the same person twice", "people: [kay, sam]", "people: [kay, sam, ⟦kay]", "`kay` is in this rota twice"),
    ("a question nobody is asked", "reply: mood_check", "reply: urgent", "this question is asked nowhere"),
    ("a question asked twice", "questions: [C3_PAIN, MOOD, SE]", "questions: ⟦[C3_PAIN, MOOD, SE, SE]", "`SE` is asked twice"),
    ("a digit of no symptom", "  danger:\n    code: 9", "  danger:\n    code: 8", "9 stands for no symptom"),
    ("a digit of two symptoms", "  other:\n    code: 7", "  other:\n    code: ⟦6", "6 already stands for `urine`"),
    ("a circle", "  SEV:\n    kind: severity\n    options: [1, 2, 3]\n", "  SEV:\n    kind: severity\n    options: [1, 2, 3]\n    then: [{ answered: 1, ask: SE }]\n", "leads back to the same question"),
    ("a name missing", "names: { en: nausea, es: náusea }", "names: ⟦{ en: nausea }", "the name is missing in `es`"),
    ("a rule that never holds", "        at_least: 8\n        rises_by: 2", "        at_least: ⟦8\n        at_most: 7\n        rises_by: 2", "nothing lies between"),
    ("days the wrong way", "        day_below: 29", "        day_below: 29\n        day_at_least: ⟦29", "nothing lies between"),
    ("an answer nobody can give", "answers: { C1: [3] }", "answers: { C1: ⟦[4] }", "4 is no answer to `C1`"),
    ("no baseline to compare with", "        at_least: 8\n        rises_by: 1\n        with_baseline: true", "        at_least: 8\n        rises_by: ⟦1\n        with_baseline: false", "asks that there is none"),
    ("an event in words", "      - event: photo", "      - event: ⟦photo\n        words: [question]", "an event comes without words"),
    ("a rule above its exception", "    unless: [E4]", "    unless: ⟦[U5]", "`U5` stands later in the file"),
    ("an untrue answer", "reply: in_care\n    when:\n      - words: [died, in_hospital]\n        day_below", "reply: ⟦info\n    when:\n      - words: [died, in_hospital]\n        day_below", "is no true answer at level urgent"),
    ("an emergency without words", "- words: [confusion]", "- words: [something_wrong]", "no emergency rule names `confusion`"),
    ("an event nobody hears of", "      - event: unfiled\n", "", "no rule has `event: unfiled`"),
    ("scores that meet no rule", "      - score: pain\n      - score: mood\n        at_least: 4", "      - score: mood\n        at_least: 4", "meets no rule"),
    ("a severity that meets no rule", "      - severity_at_least: 1\n        severity_at_most: 1\n        day_at_least: 7\n", "", "`dizziness` of severity 1 at C4 of"),
    ("a dropped emergency", "drop_rules: [R8]", "drop_rules: ⟦[E1, R8]", "`E1` holds everywhere"),
    ("a check-in at night", '        day: 3\n        at: "11:00"', '        day: 3\n        at: ⟦"20:30"', "outside the send window of clinic `prairie`"),
    ("closed before sent", 'closes: { at: "20:00" }', 'closes: ⟦{ at: "09:30" }', "closed before it is sent"),
    ("a reminder too late", 'reminder: { after: 4h, before: "20:00" }', 'reminder: { after: ⟦11h, before: "20:00" }', "this reminder can never go"),
    ("a schedule never chosen", "    treatment: lidocaine", "    treatment: ketamine", "is never chosen: `ketamine-pain-v1` above"),
    ("no safety check-in", "safety_course:\n  check_ins:\n    C1: *evening\n    C2: *morning", "safety_course:\n  check_ins:\n    C4: { day: 7, at: \"11:00\", questions: [SE], closes: { after: 72h } }", "no check-in of this course is a safety check-in"),
    ("a telling name", "name: Prairie Clinic", "name: ⟦Prairie Ketamine Clinic", "`Ketamine` in the clinic's name"),
    ("an unnamed digit", "options: [1, 2, 3]                # 1 no", "options: [1, 2, 3, 4]             # 1 no", "the answer 4"),
    # --- more of all these
    ("no time to take it", "    acknowledge_within: 5m\n", "", "a chain with steps needs `acknowledge_within`"),
    ("too little time to take it", "    acknowledge_within: 5m\n", "    acknowledge_within: ⟦5s\n", "nobody can answer within less than a minute"),
    ("a storm of notices", "    repeat: 10m", "    repeat: ⟦10s", "at most once a minute"),
    ("moved earlier than possible", "not_before: 2h ", "not_before: ⟦5h ", "`not_before` is later than `after`"),
    ("an extra for everybody", "            indications: [depression, bipolar_depression, ptsd, anxiety, ocd, mood]\n            flags: [si_history]\n            last_at_most: 3\n            none_for: 3d\n", "", "asked of everybody belongs to `questions`"),
    ("an extra twice", "          - question: MOOD\n", "          - question: ⟦SE\n", "`SE` is asked of everybody already"),
    ("a choice without digits", "    options: [1, 2, 3]                # 1 no, 2 yes and mild, 3 yes, bad or blood\n", "", "a question of kind choice needs `options`"),
    ("a scored choice", "    options: [1, 2, 3]                # 1 no", "    score: ⟦pain\n    options: [1, 2, 3]                # 1 no", "only a question of kind scale has a `score`"),
    ("a severity of four", "    about: dissociation\n    options: [1, 2, 3]", "    about: dissociation\n    options: ⟦[1, 2, 3, 4]", "1 mild, 2 moderate or 3 severe"),
    ("a digit that leads two ways", "answered: [1, 2, 3, 4, 5, 6, 7]\n        ask: SEV\n", "answered: [1, 2, 3, 4, 5, 6, 7]\n        ask: SEV\n      - answered: [1]\n        ask: SEV_5\n", "1 leads to two questions"),
    ("text of several lines", "    name: Kay Miller", '    name: ⟦"Kay\\nMiller"', "expected a name on one line"),
    ("a list for a duration", "discharge_gap: 60m", "discharge_gap: ⟦[60m]", "expected a duration such as 30s, 90m, 4h or 3d, found a list"),
    ("a list for a name", "    fallback: robin", "    fallback: ⟦[robin]", "expected the name of a member of staff, found a list"),
    ("nothing for a list", "people: [kay, sam]", "people:⟦", "expected a list of staff, found nothing"),
    ("an empty list", "people: [kay, sam]", "people: ⟦[]", "with at least 1 in it"),
    ("a table for steps", "overrides: []", "overrides: ⟦{ start: 2026-12-26 07:00 }", "expected overrides, each begun with `- `; found a table"),
    ("no conditions at all", "    when:\n      - words: [pressure_crisis]", "    when: ⟦[]", "expected conditions, at least 1"),
    ("hours in a list", "    hours:                            # a day that is not here is closed\n", "    hours: ⟦[]\n    opening:\n", "expected hours per weekday, found a list"),
    ("a section without names", "\nrotas:\n", "\nrotas: ⟦{}\nold_rotas:\n", "expected rotas, at least 1"),
    ("a moment without hour", "overrides: []", "overrides: [{ start: ⟦2026-12-24, end: 2026-12-26 07:00, person: sam }]", "expected a date and clock time such as"),
    ("a number too long for its country", 'phone: "+13125550161"', 'phone: ⟦"+131255501611"', "too few or too many digits"),
    ("a rule that would always hold", "      - event: photo", "      - ⟦day_below: 7", "this would hold for any text"),
    ("a chain that wakes nobody", "    chain: configuration\n", "    chain: ⟦routine\n", "tells nobody at once, and this rule is urgent"),
    ("paging for a routine rule", "    reason: Low mood\n", "    reason: Low mood\n    pages_after_hours: ⟦true\n", "urgent rules only"),
    ("alone without reading", "    reason: Low mood\n", "    reason: Low mood\n    alone: ⟦true\n", "conditions with `read_as`; there is none here"),
    ("alone too early", "    reason: Withdrawal,", "    alone: ⟦true\n    reason: Withdrawal,", "`U16` below is as urgent"),
    ("earlier reports of nothing", "        severity_at_least: 3\n        hours_at_least: 4h", "        severity_at_least: 3\n        earlier_severity_at_least: ⟦2\n        hours_at_least: 4h", "add `reported_before`"),
    ("flags both ways", "        without_flags: [si_history]", "        flags: [si_history]\n        without_flags: ⟦[si_history]", "the same flags are asked for in `flags`"),
    ("a bound of no score", "      - event: photo", "      - words: [question]\n        at_least: ⟦5", "`at_least` is about a score"),
    ("lasting longer than it can", "        check_ins: [C5, C6]\n        lasting: 2", "        check_ins: [C6]\n        lasting: ⟦2", "it lasts 2 check-ins and names 1"),
    ("silence nobody waits for", "        unanswered: { after_reminder: 60m, latest: \"21:00\" }\n", "", "does not say when it counts as `unanswered`"),
    ("a former name in use", "      C3:                             # early", "      C3:\n        renamed_from: ⟦C4\n        #", "`C4` still is a check-in of this course"),
    ("an evening that repeats", "        safety: true\n        by_email: false", "        safety: true\n        repeat_every: ⟦7\n        by_email: false", "only a check-in with `day` can repeat"),
    ("a reminder after the end", "        reminder: { after: 5h, before: \"20:00\" }", "        reminder: { after: ⟦25h, before: \"20:00\" }", "the check-in has closed by then"),
    ("a topic that meets nothing", "      - read_as: urgent\n", "      - words: [panic]\n", "meets no rule; name it in one"),
    ("a reader's code twice", "    read_as: [headache]", "    read_as: ⟦[headache, nausea]", "`nausea` already belongs to `nausea`"),
    ("a short text missing", "short: { en: \"how are you, 1 to 3?\", es: \"¿cómo está, 1 a 3?\" }", "short: ⟦{ en: \"how are you, 1 to 3?\" }", "`short` is missing in `es`"),
    ("a score nobody asks for", "    score: mood\n    text: MOOD\n", "    score: pain\n    text: MOOD\n", "no question measures mood"),
]  # fmt: skip


def _broken(old: str, new: str) -> tuple[str, str | None]:
    """The shipped file with the first `old` replaced, and the place of the mark in it."""
    text = shipped.schedules_text()
    assert old in text, f"the shipped file no longer holds {old!r}"
    text = text.replace(old, new, 1)
    position = text.find("⟦")
    if position < 0:  # several places, or the place of something that is missing
        return text, None
    before = text[:position]
    line, column = before.count("\n") + 1, position - (before.rfind("\n") + 1) + 1
    return text.replace("⟦", "", 1), f"schedules.yaml:{line}:{column}"


@pytest.mark.parametrize(("old", "new", "message"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])  # fmt: skip
def test_a_mistake_is_shown_where_it_is(old, new, message):
    text, at = _broken(old, new)
    templates = shipped.template_texts()

    with pytest.raises(InvalidContent) as refused:
        content_from(text, templates)

    found = [problem for problem in refused.value.problems if message in problem.message]
    assert found, format_problems(refused.value)
    if at is not None:
        assert at in [problem.at for problem in found], format_problems(refused.value)


def test_there_are_enough_cases():
    assert len(CASES) >= 60


def test_all_mistakes_are_told_at_once():
    text = shipped.schedules_text()
    for old, new in [
        ("timezone: America/Chicago\n    hours", "timezone: America/Chicgo\n    hours"),
        ("role: manager", "role: boss"),
        ("fallback: robin", "fallback: nobody"),
        ("questions: [C2_PAIN, SE]", "questions: [C2_PIAN, SEE]"),
        ("event: photo", "event: fotos"),
    ]:
        assert old in text
        text = text.replace(old, new, 1)

    with pytest.raises(InvalidContent) as refused:
        content_from(text, shipped.template_texts())

    lines = [int(problem.at.split(":")[1]) for problem in refused.value.problems]
    assert len(lines) == 6
    assert lines == sorted(lines)


def test_mistakes_in_the_file_and_in_the_texts_are_told_together():
    text = shipped.schedules_text().replace("role: manager", "role: boss", 1)
    templates = shipped.template_texts() | {"messages/R/en.sms.txt": "{{ clinc }}: thanks."}

    with pytest.raises(InvalidContent) as refused:
        content_from(text, templates)

    files = {problem.at.rsplit(":", 2)[0] for problem in refused.value.problems}
    assert files == {"schedules.yaml", "templates/messages/R/en.sms.txt"}


def test_the_terminal_shows_the_line_and_a_caret():
    text, _ = _broken("role: manager", "role: boss")

    with pytest.raises(InvalidContent) as refused:
        content_from(text, shipped.template_texts(), name="our.yaml")

    assert format_problems(refused.value).splitlines() == [
        f"{refused.value.problems[0].at}: expected one of nurse, clinician, manager or other, found `boss`",
        "        role: boss",
        "              ^",
    ]


def test_an_endless_line_is_cut_around_the_mistake():
    text = 'languages: [en, "' + "x" * 5_000 + '", fr]\n'

    with pytest.raises(InvalidContent) as refused:
        content_from(text, shipped.template_texts())

    shown = format_problems(refused.value).splitlines()
    assert max(len(line) for line in shown) < 250


@pytest.mark.parametrize("text", ["", "# nothing\n", "{}", "~"])
def test_an_empty_file_lacks_every_section(text):
    with pytest.raises(InvalidContent) as refused:
        content_from(text, shipped.template_texts())

    assert refused.value.problems


def test_a_rota_of_one_is_a_warning_only():
    text, _ = _broken("people: [kay, sam]", "people: [kay]")

    content = content_from(text, shipped.template_texts())

    assert any("the same one again" in warning.message for warning in content.warnings)
