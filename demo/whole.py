# SPDX-License-Identifier: Apache-2.0
"""What the month's rows leave unsaid: an event has to have the fields that its action requires (docs/api.md), and a row has only who,
what, when and from where. The rest is made here, the same for the same row: plausible, and as invented as the agencies are."""
import datetime
import hashlib

HOUR_MS = 3600000


def mark(*parts):
    """Sixteen digits that stand for something without an id of its own."""
    return hashlib.sha256("/".join(str(part) for part in parts).encode()).hexdigest()[:16]


def moment(ms):
    """A time as the API writes it."""
    return datetime.datetime.fromtimestamp(ms / 1000, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


class Month:
    """The rows in their order: a session ends that began, and a login names the factor that was just checked."""

    def __init__(self):
        self.sessions, self.challenges, self.channels, self.handovers = {}, {}, {}, {}

    def own(self, row):
        """Fields of the event itself."""
        action, actor = row["action"], row["actor"]
        if action == "session.started":
            self.sessions[actor] = mark(actor, row["ts"])
        made = {"session": self.sessions.get(actor, mark(actor))} if action.startswith("session.") else {}
        if action == "session.ended":
            made["reason"] = "logout"
        if action in OBJECTS:
            made["object"] = {"type": OBJECTS[action], "id": f"{OBJECTS[action]}-{row['seq']}"}
        if action in ("record.edited", "payment.edited"):
            made["changes"] = [{"field": "phone" if action == "record.edited" else "amount", "before": "1", "after": "2"}]
        if action.startswith(("work.", "purchase.", "slip.")):
            made["task"] = f"T-{row['seq'] % 1000}"
        if action in REASONS:
            made["reason"] = REASONS[action]
        if action in PURPOSES:
            made["purpose"] = PURPOSES[action]
        return made

    def challenge(self, row):
        """Which challenge it is: a new one when it is issued."""
        actor = row["actor"]
        if row["action"] == "challenge.issued":
            self.challenges[actor] = mark(actor, row["seq"])
        if row["action"] == "challenge.passed":
            self.channels[actor] = row.get("channel", "totp")
        return {"challenge_id": self.challenges.get(actor, mark(actor)), "app_id": "portal", "attempts": 1, "channel": "totp",
                "until": moment(row["ts"] + HOUR_MS // 2), "subject_id": actor.split(":", 1)[1]}

    def handover(self, row):
        """Which handover it is, and of which clients: what its request said."""
        tenant = row["tenant"]
        if row["action"] == "handover.requested":
            self.handovers[tenant] = {"handover_id": mark("handover_id", tenant, row["seq"]),
                                      "client_ids": [client.split(":", 1)[1] for client in row.get("clients", [])]}
        return self.handovers.get(tenant, {})

    def detail(self, row):
        """Fields of its detail."""
        action, actor, ms = row["action"], row["actor"], row["ts"]
        if action.startswith("challenge."):
            return self.challenge(row)
        made = dict(DETAILS.get(action, {}))
        if action.startswith("handover."):
            made.update(self.handover(row))
        if action == "login.succeeded":
            made["factors"] = [self.channels.pop(actor)] if actor in self.channels else []
        for name in LATER.get(action, ()):
            made[name] = moment(ms + 8 * HOUR_MS)
        for name in MARKED.get(action, ()):
            made[name] = mark(name, row["tenant"], row["seq"])
        for name in COUNTED.get(action, ()):
            made[name] = row["seq"]
        return made


OBJECTS = {"record.viewed": "record", "record.edited": "record", "record.contact_revealed": "record", "payment.recorded": "payment",
           "payment.edited": "payment", "payment.deleted": "payment", "appointment.deleted": "appointment"}
REASONS = {"login.failed": "bad_password", "challenge.failed": "wrong_code", "login.blocked": "device_revoked", "breakglass.requested": "urgent"}
PURPOSES = {"challenge.issued": "login", "export.requested": "report", "export.completed": "report", "consent.requested": "one task",
            "record.viewed": "appointment", "record.edited": "correction", "record.contact_revealed": "call"}
DETAILS = {
    "login.succeeded": {"method": "password", "risk": "low"},
    "login.suspicious": {"risk": "high", "step_up": True},
    "stepup.passed": {"for_action": "credential.reveal", "factor": "totp"},
    "device.reported_lost": {"reported_by": "owner"},
    "device.revoked": {"sessions_closed": 1},
    "export.requested": {"format": "csv"},
    "export.completed": {"format": "csv", "bytes": 20480},
    "record.contact_revealed": {"field": "phone"},
    "appointment.deleted": {"paid": False},
    "payment.recorded": {"amount": 12000, "currency": "EUR", "method": "card"},
    "payment.deleted": {"amount": 12000, "currency": "EUR"},
    "purchase.made": {"currency": "EUR", "merchant": "shop", "card_last4": "4242"},
    "credential.injected": {"agent_app": "browser"},
    "credential.checked_in": {"held_s": 600},
    "credential.revealed": {"fields": ["password"], "step_up_age_s": 30},
    "grant.approved": {"grantee": "assistant", "mode": "code", "approver": "owner"},
    "grant.revoked": {"grantee": "assistant", "cause": "consent withdrawn"},
    "handover.requested": {"from": "assistant", "to": "stand-in"},
    "handover.approved": {"approver": "owner"},
    "handover.started": {"open_checkouts": 0, "grants_moved": 0},
    "handover.accepted": {"briefing_ack": True},
    "handover.completed": {"grants_returned": 7, "grants_revoked": 0},
    "consent.requested": {"party": "client", "scope": "one task"},
    "consent.granted": {"party": "client", "scope": "one task", "method": "signed", "text_version": "1"},
    "consent.withdrawn": {"grants_revoked": 1},
    "staff.offboarded": {"grants_revoked": 0, "sessions_closed": 1, "rotations_due": 0},
    "log.viewed": {"rows": 50, "scope": "tenant"},
    "log.verified": {"from_seq": 0, "result": "ok"},
    "log.review_signed": {"reviewer": "owner", "open_alerts": 0},
    "breakglass.requested": {"scope": "one client"},
    "report.generated": {"report": "weekly", "period": "week"},
    "report.sent": {"report": "weekly", "channel": "email"},
    "work.started": {"category": "general"},
    "notification.sent": {"kind": "credential_used", "to_masked": "c***@example"},
    "backup.completed": {"bytes": 1048576, "destination": "second disk"},
}
LATER = {"session.started": ["expires"], "login.blocked": ["until"], "credential.checked_out": ["until"], "grant.approved": ["not_after"],
         "handover.requested": ["start", "end"], "consent.requested": ["expires"], "slip.created": ["expires"], "log.review_signed": ["day"]}
MARKED = {"login.failed": ["login_hash"], "device.reported_lost": ["device_id"], "device.revoked": ["device_id"], "export.requested": ["filter_hash"],
          "export.completed": ["file_hash"], "credential.injected": ["grant_id"], "credential.code_issued": ["grant_id"],
          "credential.revealed": ["grant_id"], "credential.checked_out": ["grant_id"], "grant.approved": ["grant_id"], "grant.revoked": ["grant_id"],
          "consent.requested": ["consent_id"],
          "consent.granted": ["consent_id"], "consent.withdrawn": ["consent_id"], "slip.created": ["slip_id"], "slip.read": ["slip_id"],
          "log.viewed": ["filter_hash"], "log.verified": ["head_hash"], "breakglass.requested": ["bg_id"], "breakglass.refused": ["bg_id"],
          "report.generated": ["head_hash"], "notification.sent": ["of_event"], "backup.completed": ["backup_id", "head_hash"]}
COUNTED = {"log.verified": ["to_seq"], "report.generated": ["upto_seq"], "backup.completed": ["upto_seq"]}
RENAMED = {"grants": "grants_moved", "subject": "subject_id"}


def completed(month, row, event):
    """An event with what its row says and, behind it, what its action wants besides."""
    said = {RENAMED.get(name, name): value for name, value in event.get("detail", {}).items() if name != "clients"}
    made = {**month.own(row), **event, "detail": {**month.detail(row), **said}}
    return made if made["detail"] else {name: value for name, value in made.items() if name != "detail"}
