#!/usr/bin/env python3
"""Verifies a Holdpoint bundle with nothing but Python 3.9 or newer and its standard library: one file, no package.

Written apart from verify.mjs and from the program that writes bundles; both verifiers must come to the same verdict.
Changes nothing, opens no connection, and does not trust the bundle for where it comes from (--fingerprint, --roster).
"""
import base64
import calendar
import datetime
import hashlib
import json
import os
import re
import struct
import sys
import time
import zlib
from json.encoder import encode_basestring

SIGNATURE = "application/vnd.holdpoint.signature.v1+json"
ROSTER = "application/vnd.holdpoint.roster.v1+json"
CLOSING = "application/vnd.holdpoint.export.v1+json"
BUNDLE = "application/vnd.holdpoint.bundle.v1+json"
CHECKPOINT = "application/vnd.holdpoint.checkpoint.v1+json"
NOT_PROVED = [
    "that what was recorded was true when it was recorded (a lie at capture time)",
    "that nobody with full rights on the machine (root) forged it while it was written",
    "that the machine's clock was right: the order is proved, the times are a claim",
    "that a password was used by its owner and not given away",
]
MAX_NAME = 1000  # longer names, or more files, are no bundle of ours but an attempt on the reader
MAX_FILES = 1_000_000
MAX_WHOLE = 512 * 1024 * 1024  # files read whole into memory; logs and recordings are read in pieces
PIECE = 1 << 20
LISTED_AT_MOST = 1000
SAFE_INTEGER = 2**53 - 1
EXIT = {"VERIFIED": 0, "NOT VERIFIED": 1, "VERIFIED WITH WARNINGS": 2, "OPEN": 2}
CANNOT_READ = 3


class CannotRead(Exception):
    """There is no bundle at the path, or it cannot be read."""


# ── Ed25519 (RFC 8032), verifying only ────────────────────────────────────────────────────────────────────────────────

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)
NEUTRAL = (0, 1, 1, 0)


def _x_of(y, sign):
    """The x of a point from its y and sign bit (RFC 8032, 5.1.3); None where no such point is on the curve."""
    x2 = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    if x2 == 0:
        return None if sign else 0
    x = pow(x2, (P + 3) // 8, P)
    if (x * x - x2) % P != 0:
        x = x * ROOT_OF_MINUS_ONE % P
    if (x * x - x2) % P != 0:
        return None
    return P - x if (x & 1) != sign else x


def _add(a, b):
    e = (a[1] - a[0]) * (b[1] - b[0]) % P
    f = (a[1] + a[0]) * (b[1] + b[0]) % P
    g = 2 * a[3] * b[3] * D % P
    h = 2 * a[2] * b[2] % P
    m, n, o, q = f - e, h - g, h + g, f + e
    return (m * n % P, o * q % P, n * o % P, m * q % P)


def _times(scalar, point):
    out = NEUTRAL
    while scalar > 0:
        if scalar & 1:
            out = _add(out, point)
        point = _add(point, point)
        scalar >>= 1
    return out


def _decode(text):
    number = int.from_bytes(text, "little")
    y, sign = number & (2**255 - 1), number >> 255
    if y >= P:
        return None
    x = _x_of(y, sign)
    return None if x is None else (x, y, 1, x * y % P)


def _encode(point):
    z = pow(point[2], P - 2, P)
    x, y = point[0] * z % P, point[1] * z % P
    return (y | ((x & 1) << 255)).to_bytes(32, "little")


_BASE_Y = 4 * pow(5, P - 2, P) % P
_BASE = (_x_of(_BASE_Y, 0), _BASE_Y, 1, _x_of(_BASE_Y, 0) * _BASE_Y % P)
_known_points = {}
_known_answers = {}


def ed25519_fits(public_key, message, signature):
    """Whether the signature (64 bytes) fits. Keys not canonical or of small order, and S not below the order, are refused."""
    asked = (public_key, signature, hashlib.sha256(message).digest())
    if asked not in _known_answers:
        if len(_known_answers) > 50_000:
            _known_answers.clear()
        _known_answers[asked] = _decide(public_key, message, signature)
    return _known_answers[asked]


def _decide(public_key, message, signature):
    if len(public_key) != 32 or len(signature) != 64:
        return False
    if public_key not in _known_points:
        point = _decode(public_key)
        if point is not None and _encode(_times(8, point)) == _encode(NEUTRAL):
            point = None
        _known_points[public_key] = point
    point = _known_points[public_key]
    s = int.from_bytes(signature[32:], "little")
    if point is None or s >= ORDER:
        return False
    k = int.from_bytes(hashlib.sha512(signature[:32] + public_key + message).digest(), "little") % ORDER
    minus = (P - point[0], point[1], point[2], P - point[3])
    return _encode(_add(_times(s, _BASE), _times(k, minus))) == signature[:32]


# ── canonical JSON (RFC 8785, restricted) ─────────────────────────────────────────────────────────────────────────────


class _Missing:
    """Stands for a key that is not there, which is not the same as null."""


MISSING = _Missing()


def _no_number(text):
    raise ValueError(f"{text} is not a safe integer")


def _integer(text):
    value = int(text)
    if abs(value) > SAFE_INTEGER:
        _no_number(text)
    return value


def canonical(value, depth=0):
    """The canonical text of strings, booleans, null, safe integers, lists and objects. ValueError on anything else."""
    kind = type(value)
    if value is None:
        return "null"
    if kind is bool:
        return "true" if value else "false"
    if kind is int:
        if abs(value) > SAFE_INTEGER:
            raise ValueError("not a safe integer")
        return str(value)
    if kind is str:
        value.encode("utf-8")  # refuses lone surrogates
        return encode_basestring(value)
    if depth >= 100:
        raise ValueError("nested too deep")
    if kind is list:
        return "[" + ",".join(canonical(one, depth + 1) for one in value) + "]"
    if kind is dict:
        is_ascii = all(map(str.isascii, value))
        names = sorted(value) if is_ascii else sorted(value, key=lambda name: name.encode("utf-16-be", "surrogatepass"))
        return "{" + ",".join(canonical(name) + ":" + canonical(value[name], depth + 1) for name in names) + "}"
    raise ValueError(f"a {kind.__name__} cannot be written")


def strict(line):
    """What a line of bytes says; MISSING where it is not exactly the canonical text of what it says."""
    try:
        text = line.decode("utf-8")
        value = json.loads(text, parse_float=_no_number, parse_constant=_no_number, parse_int=_integer)
        if text.isascii() and text.count("[") + text.count("{") < 100:
            written = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        else:
            written = canonical(value)
        return value if written == text else MISSING
    except (ValueError, RecursionError):
        return MISSING


def same(a, b):
    return a is not MISSING and b is not MISSING and canonical(a) == canonical(b)


def is_text(value):
    return type(value) is str


def is_whole(value, least=-SAFE_INTEGER):
    return type(value) is int and least <= value <= SAFE_INTEGER


def has_keys(value, names):
    return type(value) is dict and set(value) == set(names.split(","))


_HEX64 = re.compile(r"[0-9a-f]{64}")
_HEX128 = re.compile(r"[0-9a-f]{128}")
_MOMENT = re.compile(r"([2-9][0-9]{3})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})\.([0-9]{3})Z")
_LOG = re.compile(r"(log|install)-[0-9A-HJKMNP-TV-Z]{26}")


def is_hash(value):
    return is_text(value) and _HEX64.fullmatch(value) is not None


def moment_ms(value):
    """Milliseconds since 1970 of a moment in UTC; None where it is none."""
    found = _MOMENT.fullmatch(value) if is_text(value) else None
    if found is None:
        return None
    parts = [int(one) for one in found.groups()]
    try:
        when = datetime.datetime(*parts[:6])
    except ValueError:
        return None
    return calendar.timegm(when.timetuple()) * 1000 + parts[6]


def sha_hex(*parts):
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    return digest.hexdigest()


def is_envelope(value):
    if not has_keys(value, "payload,payloadType,signatures") or type(value["payload"]) is not dict or not is_text(value["payloadType"]):
        return False
    given = value["signatures"]
    return type(given) is list and len(given) == 1 and has_keys(given[0], "keyid,sig") and all(map(is_text, given[0].values()))


def signed_by(envelope, kind, public_key):
    """Whether the DSSE envelope is of that payload type and signed by that key (64 hex digits)."""
    if not is_envelope(envelope) or envelope["payloadType"] != kind or not is_hash(public_key):
        return False
    key = bytes.fromhex(public_key)
    one = envelope["signatures"][0]
    if one["keyid"] != sha_hex(key) or _HEX128.fullmatch(one["sig"]) is None:
        return False
    text = canonical(envelope["payload"]).encode("utf-8")
    name = kind.encode("utf-8")
    return ed25519_fits(key, b"DSSEv1 %d %s %d " % (len(name), name, len(text)) + text, bytes.fromhex(one["sig"]))


_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def fingerprint_of(head):
    bits = int.from_bytes(head, "big") >> 156
    letters = "".join(_CROCKFORD[(bits >> (5 * i)) & 31] for i in range(19, -1, -1))
    return " ".join(letters[i : i + 4] for i in range(0, 20, 4))


def read_fingerprint(text):
    plain = re.sub(r"[\s-]", "", text.upper()).replace("O", "0").replace("I", "1").replace("L", "1")
    if re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{20}", plain) is None:
        return None
    return " ".join(plain[i : i + 4] for i in range(0, 20, 4))


# ── what was found ────────────────────────────────────────────────────────────────────────────────────────────────────


class Findings:
    def __init__(self):
        self.problems, self.warnings, self._seen = [], [], set()

    def _take(self, found, code, message, log, seq):
        at = (found is self.problems, code, log, seq, message if log is None else "")
        if at in self._seen:
            return
        self._seen.add(at)
        if len(found) < LISTED_AT_MOST:
            found.append({"code": code, "message": message, "log": log, "seq": seq})
        elif len(found) == LISTED_AT_MOST:
            found.append({"code": "more", "message": "… and more like these", "log": None, "seq": None})

    def problem(self, code, message, log=None, seq=None):
        self._take(self.problems, code, message, log, seq)

    def warning(self, code, message, log=None, seq=None):
        self._take(self.warnings, code, message, log, seq)


# ── files: in a zip, or in a folder ───────────────────────────────────────────────────────────────────────────────────


class Stored:
    """A file of the bundle: where its bytes lie. Nothing is kept in memory."""

    def __init__(self, path, size, read):
        self.path, self.size, self._read = path, size, read

    def pieces(self):
        for at in range(0, self.size, PIECE):
            yield self._read(at, min(PIECE, self.size - at))

    def whole(self):
        return b"" if self.size > MAX_WHOLE else b"".join(self.pieces())

    def sha256(self, limit=None):
        digest, left = hashlib.sha256(), self.size if limit is None else limit
        for piece in self.pieces():
            digest.update(piece[:left])
            left -= len(piece)
            if left <= 0:
                break
        return digest.hexdigest()

    def lines(self):
        """Each line without its newline, and whether it had one."""
        rest = b""
        for piece in self.pieces():
            *ended, rest = (rest + piece).split(b"\n")
            for line in ended:
                yield line, True
        if rest:
            yield rest, False


BIG = 0xFFFFFFFE


class Entry:
    """One file of the zip, as its directory has it, and how its structures must look: byte for byte."""

    def __init__(self, name, date_time, crc, size, offset):
        self.name, self.date_time, self.crc, self.size, self.offset = name, date_time, crc, size, offset
        self.is_big = max(size, offset) > BIG

    def local(self):
        return struct.pack("<IHHH4sIIIHH", 0x04034B50, 20, 0x0808, 0, self.date_time, 0, 0, 0, len(self.name), 0) + self.name

    def descriptor(self):
        return struct.pack("<IIQQ" if self.is_big else "<IIII", 0x08074B50, self.crc, self.size, self.size)

    def central(self):
        extra = struct.pack("<HHQQQ", 1, 24, self.size, self.size, self.offset) if self.is_big else b""
        size, offset = (0xFFFFFFFF, 0xFFFFFFFF) if self.is_big else (self.size, self.offset)
        fixed = struct.pack("<IHHHH4sIII", 0x02014B50, 0x033F, 45 if self.is_big else 20, 0x0808, 0, self.date_time, self.crc, size, size)
        return fixed + struct.pack("<HHHHHII", len(self.name), len(extra), 0, 0, 0, 0x81A40000, offset) + self.name + extra


def zip_end(count, size, offset):
    few, low, where = min(count, 0xFFFF), min(size, 0xFFFFFFFF), min(offset, 0xFFFFFFFF)
    end = struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, few, few, low, where, 0)
    if count < 0xFFFF and size < 0xFFFFFFFF and offset < 0xFFFFFFFF:
        return end
    record = struct.pack("<IQHHIIQQQQ", 0x06064B50, 44, 0x033F, 45, 0, 0, count, count, size, offset)
    return record + struct.pack("<IIQI", 0x07064B50, 0, offset + size, 1) + end


_PART = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*")


def read_zip(total, read, findings):
    """The files of a zip in exactly the form that the exporter writes (stored, no extra fields), and its DOS time."""
    files = {}

    def damaged(why):
        findings.problem("zip-damaged", f"The zip is not as the exporter wrote it: {why}.")

    if total < 22:
        damaged("it is too short")
        return files, None
    end = read(total - 22, 22)
    if end[:4] != b"PK\x05\x06":
        damaged("its end is missing")
        return files, None
    count, size, offset = struct.unpack("<HII", end[10:20])
    tail = 22
    if (count == 0xFFFF or size == 0xFFFFFFFF or offset == 0xFFFFFFFF) and total >= 98:
        record = read(total - 98, 56)
        if record[:4] == b"PK\x06\x06":
            count, size, offset = struct.unpack("<QQQ", record[32:56])
            tail = 98
    if count > MAX_FILES or offset + size != total - tail or size > MAX_WHOLE:
        damaged("its directory is not where its end says")
        return files, None
    if read(total - tail, tail) != zip_end(count, size, offset):
        damaged("its end has more or other fields")
    directory = read(offset, size)
    at = following = 0
    stamp = base = None
    names = set()
    for number in range(1, count + 1):
        if at + 46 > size or directory[at : at + 4] != b"PK\x01\x02":
            damaged(f"entry {number} of its directory is not one")
            break
        crc, _, length = struct.unpack("<III", directory[at + 16 : at + 28])
        name_length, extra_length, comment_length = struct.unpack("<HHH", directory[at + 28 : at + 34])
        (where,) = struct.unpack("<I", directory[at + 42 : at + 46])
        after_record = at + 46 + name_length + extra_length + comment_length
        if after_record > size:
            damaged(f"entry {number} of its directory is cut")
            break
        name = directory[at + 46 : at + 46 + name_length]
        if length == 0xFFFFFFFF and extra_length == 28:
            extra = directory[at + 46 + name_length : at + 46 + name_length + 28]
            length, where = struct.unpack("<Q", extra[4:12])[0], struct.unpack("<Q", extra[20:28])[0]
        entry = Entry(name, directory[at + 12 : at + 16], crc, length, where)
        record = directory[at:after_record]
        at = after_record
        stamp = entry.date_time if stamp is None else stamp
        start = where + 30 + name_length
        after = start + length
        width = 24 if entry.is_big else 16
        if after + width > offset:
            damaged(f"entry {number} leads out of the file")
            continue
        is_whole_entry = (
            where == following
            and entry.date_time == stamp
            and record == entry.central()
            and read(where, 30 + name_length) == entry.local()
            and read(after, width) == entry.descriptor()
        )
        following = after + width
        try:
            parts = name.decode("utf-8").split("/")
        except UnicodeDecodeError:
            parts = [""]
        base = parts[0] if base is None else base
        lowered = "/".join(parts).lower()
        is_safe = len(parts) >= 2 and parts[0] == base and name_length <= MAX_NAME and all(_PART.fullmatch(part) for part in parts)
        if not is_safe or lowered in names:
            findings.problem("zip-names", f"Entry {number} of the zip has a name that leads out of its folder, is no name, or comes twice.")
            continue
        names.add(lowered)
        stored = Stored("/".join(parts[1:]), length, lambda begin, many, start=start: read(start + begin, many))
        found = 0
        for piece in stored.pieces():
            found = zlib.crc32(piece, found)
        if not is_whole_entry or found != crc:
            damaged(f"{stored.path} is not stored as it must be")
        files[stored.path] = stored
    if at != size or following != offset:
        damaged("there are bytes between its parts")
    return files, stamp


def read_folder(top):
    files = {}

    def reader(full):
        def read(at, many):
            with open(full, "rb") as file:
                file.seek(at)
                return file.read(many).ljust(many, b"\0")

        return read

    for folder, _, names in os.walk(top):
        for name in names:
            full = os.path.join(folder, name)
            path = os.path.relpath(full, top).replace(os.sep, "/")
            is_file = os.path.isfile(full) and not os.path.islink(full)  # a link is no file of a bundle
            files[path] = Stored(path, os.path.getsize(full) if is_file else 0, reader(full))
    tops = {path.split("/")[0] for path in files}
    if "bagit.txt" not in files and len(tops) == 1:
        inner = {}
        for path, stored in files.items():
            stored.path = path.split("/", 1)[1] if "/" in path else ""
            inner[stored.path] = stored
        return inner
    return files


# ── a log, line by line ───────────────────────────────────────────────────────────────────────────────────────────────

_NEEDS_REASON = {"step.skipped", "step.judged", "run.held", "run.aborted"}
# What JavaScript's trim takes away, so that both verifiers call the same reasons empty.
_BLANK = re.compile("[\t-\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff]*")
_BODY = "actor,boot,corrects,data,device,log,mono_ns,outcome,payloads,prev,reason,seq,subject,ts_utc,type,tz,tz_off_min,v"
_PARTS = {
    "actor": "name,on_behalf_of,op_id,role,session",
    "device": "app,host,install,os_user",
    "subject": "attempt,cluster,launch,mode,plan_sha256,run,step",
}


def is_body(body):
    if not has_keys(body, _BODY) or not is_whole(body["v"]) or body["v"] != 1:
        return False
    for part, names in _PARTS.items():
        if not has_keys(body[part], names):
            return False
        for name, value in body[part].items():
            if not (is_whole(value) if name == "attempt" else is_text(value)):
                return False
    if not all(is_text(body[name]) for name in ("boot", "outcome", "reason", "type", "tz", "log", "mono_ns")):
        return False
    if _LOG.fullmatch(body["log"]) is None or re.fullmatch(r"[0-9]{1,20}", body["mono_ns"]) is None:
        return False
    if not is_whole(body["seq"], 1) or not is_whole(body["corrects"], 0) or body["corrects"] >= body["seq"] or not is_whole(body["tz_off_min"]):
        return False
    if not is_hash(body["prev"]) or moment_ms(body["ts_utc"]) is None or type(body["data"]) is not dict or type(body["payloads"]) is not list:
        return False
    return all(
        has_keys(one, "bytes,commitment,media_type,name")
        and is_whole(one["bytes"], 0)
        and is_text(one["name"])
        and is_text(one["media_type"])
        and is_hash(one["commitment"])
        for one in body["payloads"]
    )


def moment_of(body):
    return (body["ts_utc"], body["boot"], int(body["mono_ns"]))


def not_after(a, b):
    """Whether a came before b or at the same time: by the monotonic clock within one boot, else by the wall clock."""
    return a[2] <= b[2] if a[1] == b[1] else a[0] <= b[0]


class Heads:
    """The heads of a log while it is walked, for statements that name the head before their event."""

    def __init__(self):
        self.before, self.skipped = {}, 0

    def enter(self, seq, previous):
        self.before[seq] = previous.hex()

    def leave(self, kind):
        self.skipped = self.skipped + 1 if kind == "clock.step" else 0

    def fits(self, head, seq):
        """The head is that of the event before; clock.step events, which the engine puts first, may lie between."""
        if type(head) is not dict or not is_whole(head.get("seq"), 0) or not is_text(head.get("hash")):
            return False
        if head["seq"] == seq - 1:
            return head["hash"] == self.before[seq]
        return seq - 1 - self.skipped <= head["seq"] < seq and self.before.get(head["seq"] + 1) == head["hash"]


class Log:
    def __init__(self, genesis, path, head):
        self.genesis, self.path, self.id = genesis, path, genesis["log"]
        self.events, self.seq, self.head = 0, 0, head
        self.hashes, self.anchored, self.at = {0: head}, -1, genesis["opened_at"]


def is_genesis(value):
    return (
        type(value) is dict
        and is_whole(value.get("v"))
        and value["v"] == 1
        and is_text(value.get("log"))
        and _LOG.fullmatch(value["log"]) is not None
        and is_whole(value.get("number"), 0)
        and is_text(value.get("install_id"))
        and is_text(value.get("install"))
        and is_hash(value.get("install_key"))
        and moment_ms(value.get("opened_at")) is not None
        and value.get("kind") in ("install", "run", "launch")
    )


def walk(stored, findings, see):
    """Checks a log from its genesis to its closing line; `see` is given each readable event and the hash before it."""
    lines = stored.lines()
    first = next(lines, (b"", True))[0]
    genesis = strict(first)
    if not is_genesis(genesis):
        findings.problem("genesis-malformed", f"The first line of {stored.path} is not the genesis of a log.")
        return None
    log = Log(genesis, stored.path, hashlib.sha256(b"holdpoint/genesis/v1\0" + first).digest())
    state = {"excused": False, "clock": None}

    def say(code, message, seq=None):
        findings.problem(code, message, log.id, seq)

    def take(line):
        log.events += 1
        wanted = log.seq + 1
        body = strict(line)
        if body is MISSING or not is_body(body):
            if body is MISSING:
                say("event-not-canonical", f"Event {wanted}: its bytes are not the canonical text of what they say.", wanted)
            else:
                say("event-malformed", f"Event {wanted} does not have the shape of an event.", wanted)
            log.head = hashlib.sha256(b"holdpoint/event/v1\0" + log.head + line).digest()
            log.seq = wanted
            log.hashes[wanted] = log.head
            state["excused"] = True
            return
        seq = body["seq"]
        claimed = bytes.fromhex(body["prev"])
        if body["log"] != log.id:
            say("event-of-another-log", f"Event {seq} belongs to {body['log']}: it was put in.", seq)
        if seq > wanted:
            say("gap", f"Before event {seq}, {seq - wanted} events are missing: removed, or moved.", wanted)
        elif seq < wanted:
            say("out-of-order", f"Event {seq} comes again or too late.", seq)
        elif claimed != log.head and not state["excused"]:
            say("chain-broken", f"Event {seq} does not follow the line before it that is here: one was changed or put in.", wanted - 1)
        state["excused"] = False
        previous = log.head if seq == wanted else claimed
        log.seq = max(log.seq, seq)
        log.head = hashlib.sha256(b"holdpoint/event/v1\0" + claimed + line).digest()
        if seq <= log.events + MAX_FILES:
            log.hashes[seq] = log.head
        log.at = body["ts_utc"]
        if (body["type"] in _NEEDS_REASON or body["corrects"] != 0) and _BLANK.fullmatch(body["reason"]):
            say("reason-missing", f"Event {seq} ({body['type']}) has no reason.", seq)
        clock = (moment_ms(body["ts_utc"]), int(body["mono_ns"]), body["boot"])
        if state["clock"] is not None and body["type"] != "clock.step" and _parted(state["clock"], clock):
            findings.warning("clock-parted", f"Before event {seq} the clocks parted by more than 2 s, and no clock.step says so.", log.id, seq)
        state["clock"] = clock
        see(body, previous)

    held = None
    for held_next in lines:
        if held is not None:
            take(held[0])
        held = held_next
    if held is None or not held[1]:
        say("file-cut", f"{stored.path} does not end with a whole line: it was cut.")
    if held is not None and b'"mono_ns":' in held[0] and b'"payloadType":"application/vnd.holdpoint.export' not in held[0]:
        take(held[0])
        held = None
    _check_closing(log, held, say)
    return log


def _parted(before, now):
    wall = now[0] - before[0]
    if before[2] != now[2]:
        return wall < -2000
    passed = now[1] - before[1]
    passed = passed // 1_000_000 if passed >= 0 else -(-passed // 1_000_000)
    return abs(wall - passed) > 2000


def _check_closing(log, held, say):
    if held is None:
        say("closing-missing", f"{log.path} has no closing line: it was cut at its end.")
        return
    envelope = strict(held[0])
    told = envelope["payload"] if is_envelope(envelope) else None
    names = "at,events,head,install_id,kind,log,number,partial,seq,v"
    if told is None or not has_keys(told, names) or not same(told["v"], 1) or told["kind"] != "export" or told["partial"] is not None:
        say("closing-malformed", f"The closing line of {log.path} is not one of a whole log.")
        return
    if not signed_by(envelope, CLOSING, log.genesis["install_key"]):
        say("closing-signature", f"The closing line of {log.path} is not signed by the installation's key.")
    wanted = {
        "v": 1,
        "kind": "export",
        "install_id": log.genesis["install_id"],
        "log": log.id,
        "number": log.genesis["number"],
        "events": log.events,
        "seq": log.seq,
        "head": log.head.hex(),
        "at": log.at,
        "partial": None,
    }
    if not same(told, wanted):
        say("closing-differs", f"{log.path} has {log.events} events up to {log.seq}; its closing line says another count, head or log.")


# ── the roster, as the install log tells it ───────────────────────────────────────────────────────────────────────────


class Roster:
    ACTS = {
        "operator.enrolled": "enrolled",
        "operator.reset": "reset",
        "operator.changed": "changed",
        "operator.password_changed": "password",
        "delegation.added": "delegated",
        "delegation.revoked": "revoked",
    }

    def __init__(self, genesis, findings):
        self.genesis, self.findings = genesis, findings
        self.people, self.owners, self.delegations, self.envelopes = {}, {}, {}, []
        self.heads, self.last = Heads(), 0

    def say(self, code, message, seq):
        self.findings.problem(code, message, self.genesis.get("log"), seq)

    def current(self, person):
        return self.people[person][-1] if is_text(person) and person in self.people else None

    def active(self):
        return [person for person, versions in self.people.items() if versions[-1]["status"] == "active"]

    def at(self, person, moment):
        found = None
        for version in self.people.get(person, []):
            if not_after(version["at"], moment):
                found = version
        return found

    def count_at(self, moment):
        found = [self.at(person, moment) for person in self.people]
        return sum(1 for version in found if version is not None and version["status"] == "active")

    def is_ended(self, one, moment):
        """Whether a delegation ended before its time: revoked, or one of the two left since."""
        if one["ended"] is not None and not_after(one["ended"][0], moment):
            return True
        return any(
            version["status"] == "gone" and version["seq"] > one["seq"] and not_after(version["at"], moment)
            for person in (one["from"], one["to"])
            for version in self.people[person]
        )

    def see(self, body, previous):
        seq, kind = body["seq"], body["type"]
        self.heads.enter(seq, previous)
        if kind in self.ACTS:
            getattr(self, "_" + self.ACTS[kind])(body, body["data"], seq)
        self.heads.leave(kind)
        self.last = seq

    def _signers(self, body):
        """Ids of those who validly signed the act, in order."""
        given = body["data"].get("envelopes", MISSING)
        seq, signed, used = body["seq"], [], set()
        if given is MISSING:
            return signed
        if type(given) is not list:
            self.say("roster-signature", f"The signatures of event {seq} of the roster are not a list.", seq)
            return signed
        for envelope in given:
            self.envelopes.append((seq, envelope))
            told = envelope["payload"] if is_envelope(envelope) else {}
            signer = told.get("signer")
            who = signer.get("op_id") if type(signer) is dict else None
            version = self.current(who)
            if version is None or version["status"] != "active" or not signed_by(envelope, ROSTER, version["public_key"]):
                self.say("roster-signature", f"A signature of event {seq} of the roster is not of a person enrolled then.", seq)
                continue
            if who in signed or version["key_id"] in used:
                self.say("roster-signer-twice", f"{who} signed event {seq} of the roster twice.", seq)
            names = [name for name in body["data"] if name != "envelopes"]
            if (
                told.get("install_id") != self.genesis.get("install_id")
                or told.get("act") != body["type"]
                or told.get("reason") != body["reason"]
                or not all(same(told.get(name, MISSING), body["data"][name]) for name in names)
            ):
                self.say("roster-differs", f"What {who} signed is not what event {seq} of the roster says.", seq)
            if not self.heads.fits(told.get("head"), seq):
                self.say("roster-head", f"What {who} signed with event {seq} of the roster names another head.", seq)
            if who not in signed:
                signed.append(who)
            used.add(version["key_id"])
        return signed

    def _need(self, body, signed, count, by_admin=True):
        seq = body["seq"]
        if by_admin and signed and not any(self._keeps(self.current(who)) for who in signed):
            self.say("roster-not-admin", f"Event {seq} ({body['type']}) is signed by nobody who kept the roster then.", seq)
        if len(signed) < count:
            self.say("roster-unsigned", f"Event {seq} ({body['type']}) needs the signatures of {count} enrolled people; it has {len(signed)}.", seq)

    @staticmethod
    def _keeps(version):
        return version is not None and type(version["roles"]) is list and "admin" in version["roles"]

    def _key(self, person, public_key, seq):
        if not is_hash(public_key):
            self.say("roster-malformed", f"Event {seq} of the roster gives no key.", seq)
            return None
        key_id = sha_hex(bytes.fromhex(public_key))
        if key_id in self.owners:
            self.say("roster-key-twice", f"Event {seq} of the roster gives a key that was given before.", seq)
        else:
            self.owners[key_id] = (person, public_key)
        return key_id

    def _enrolled(self, body, data, seq):
        there = len(self.active())
        signed = self._signers(body)
        if self.people:
            self._need(body, signed, min(2, there))
        who = data.get("id")
        if not is_text(who) or who in self.people or not is_text(data.get("name")) or not is_text(data.get("title")):
            self.say("roster-malformed", f"Event {seq} of the roster enrols nobody new.", seq)
            return
        key_id = self._key(who, data.get("public_key"), seq)
        if key_id is None:
            return
        roles = data.get("roles")
        version = {"seq": seq, "at": moment_of(body), "name": data["name"], "title": data["title"], "status": "active"}
        version.update(roles=roles if type(roles) is list else [], key_id=key_id, public_key=data["public_key"])
        self.people[who] = [version]

    def _known(self, data, seq):
        version = self.current(data.get("id"))
        if version is None:
            self.say("roster-malformed", f"Event {seq} of the roster is of nobody enrolled.", seq)
        return version

    def _reset(self, body, data, seq):
        self._need(body, self._signers(body), 2)
        version = self._known(data, seq)
        key_id = None if version is None else self._key(data["id"], data.get("public_key"), seq)
        if key_id is not None:
            changed = {"seq": seq, "at": moment_of(body), "key_id": key_id, "public_key": data["public_key"]}
            self.people[data["id"]].append({**version, **changed})

    def _changed(self, body, data, seq):
        signed = self._signers(body)
        changes = data.get("changes")
        table = changes if type(changes) is dict else {}
        status = table.get("status")
        gives_rights = "roles" in table or (type(status) is dict and status.get("to") == "active")
        others = [who for who in self.active() if who != (signed[0] if signed else None) and who != data.get("id")]
        self._need(body, signed, 2 if gives_rights and others else 1)
        version = self.current(data.get("id"))
        if version is None or type(changes) is not dict:
            self.say("roster-malformed", f"Event {seq} of the roster is of nobody enrolled.", seq)
            return
        after = {**version, "seq": seq, "at": moment_of(body)}
        for name in ("name", "title", "roles", "status"):
            if type(table.get(name)) is dict and "to" in table[name]:
                after[name] = table[name]["to"]
        self.people[data["id"]].append(after)

    def _password(self, body, data, seq):
        if data.get("id") not in self._signers(body):
            self.say("roster-unsigned", f"Event {seq} of the roster changes a password and is not signed by its owner.", seq)

    def _delegated(self, body, data, seq):
        giver, taker = data.get("from"), data.get("to")
        if giver not in self._signers(body):
            self.say("roster-unsigned", f"The delegation of event {seq} is not signed by {giver}.", seq)
        known = self.current(giver) is not None and self.current(taker) is not None
        if not known or moment_ms(data.get("until")) is None or type(data.get("roles")) is not list:
            self.say("roster-malformed", f"Event {seq} of the roster delegates between people who are not enrolled.", seq)
            return
        one = {"seq": seq, "from": giver, "to": taker, "roles": data["roles"], "until": data["until"], "at": moment_of(body)}
        self.delegations[seq] = {**one, "ended": None}

    def _revoked(self, body, data, seq):
        signed = self._signers(body)
        one = self.delegations.get(data["seq"]) if is_whole(data.get("seq")) else None
        self._need(body, signed, 1, by_admin=one is None or one["from"] not in signed)
        if one is None:
            self.say("roster-malformed", f"Event {seq} of the roster revokes no delegation.", seq)
        elif one["ended"] is None:
            one["ended"] = (moment_of(body), seq)

    def copies(self):
        """data/roster.json and data/keys.json as they must be."""
        common = {name: self.genesis.get(name) for name in ("install_id", "install_key", "log")}
        common.update(v=1, seq=self.last)
        people = []
        for who in sorted(self.people):
            keys = []
            for version in self.people[who]:
                if keys and keys[-1]["key_id"] == version["key_id"]:
                    continue
                if keys:
                    keys[-1]["until"] = version["seq"]
                keys.append({"key_id": version["key_id"], "public_key": version["public_key"], "since": version["seq"], "until": 0})
            last = self.people[who][-1]
            shown = {name: last[name] for name in ("name", "title", "roles", "status")}
            people.append({"id": who, **shown, "keys": keys})
        given = []
        for one in self.delegations.values():
            told = {name: one[name] for name in ("seq", "from", "to", "roles", "until")}
            given.append({**told, "revoked": 0 if one["ended"] is None else one["ended"][1]})
        keys = {key_id: {"op_id": who, "public_key": key} for key_id, (who, key) in self.owners.items()}
        return {
            "data/roster.json": canonical({**common, "people": people, "delegations": given}) + "\n",
            "data/keys.json": canonical({**common, "keys": keys}) + "\n",
        }


# ── signatures, categories, decisions ─────────────────────────────────────────────────────────────────────────────────


class Signed:
    """A signature on record."""

    def __init__(self, seq, told):
        signer, subject = told["signer"], told["subject"]
        self.id, self.seq, self.meaning = told["id"], seq, told["meaning"]
        self.kind, self.about = subject["kind"], subject["id"]
        self.role, self.who, self.key = signer["role"], signer["op_id"], signer["key_id"]
        self.principal = told["on_behalf_of"] or self.who
        self.digest, self.state, self.is_named = subject["digest"], "valid", False

    def counts(self):
        return self.state == "valid" and self.meaning != "rejected"


class Launch:
    SETTLES = {"signoff.added", "decision.proposed", "decision.taken", "launch.state", "launch.closed"}
    STATES = {"open", "done", "failed", "not-applicable", "waived"}

    def __init__(self, genesis, roster, findings):
        self.genesis, self.roster, self.findings = genesis, roster, findings
        self.launch = genesis["launch"] if is_text(genesis.get("launch")) else ""
        self.solo = genesis.get("solo") is True
        self.items, self.facts, self.plan = [], {}, ""
        self.signatures, self.decisions, self.envelopes, self.stale = {}, {}, [], []
        self.heads, self.total, self.anchored, self.is_begun = Heads(), 0, -1, False
        self.executors, self.is_alone = set(), False

    def say(self, code, message, seq):
        self.findings.problem(code, message, self.genesis.get("log"), seq)

    def see(self, body, previous):
        seq, kind, data = body["seq"], body["type"], body["data"]
        self.heads.enter(seq, previous)
        if not self.is_begun:
            self._begin(kind, data, seq)
        # SOLO holds from the log's beginning until a second person is enrolled.
        self.is_alone = self.solo and self.roster.count_at(moment_of(body)) < 2
        if kind in self.SETTLES:
            self._settle()
        act = getattr(self, "_on_" + kind.replace(".", "_"), None) if re.fullmatch(r"[a-z_]+\.[a-z_]+", kind) else None
        if act is not None:
            act(body, data, seq)
        self.heads.leave(kind)

    def _begin(self, kind, data, seq):
        self.is_begun = True
        if kind == "launch.created":
            self.solo = self.solo or data.get("solo") is True
            if is_text(data.get("launch")) and data["launch"] != self.launch:
                self.say("launch-differs", "launch.created names another launch than the genesis.", seq)
        opened = self.genesis.get("opened_at")
        people = self.roster.count_at((opened if is_text(opened) else "", "", 0))
        if self.solo and people > 1:
            self.say("solo-differs", f"The log calls itself SOLO, but {people} people were enrolled when it was opened.", 0)
        if not self.solo and people < 2 and self.launch != "":
            self.say("solo-differs", "Fewer than two people were enrolled when the log was opened, and it is not labelled SOLO.", 0)
        if self.solo:
            self.findings.warning("solo", "SOLO: one person alone; the rule of four eyes was not in force.", self.genesis.get("log"), 0)

    # What was said of an item outlives a newer text of the checklist; a check counts for the text that it was made for.

    def _fact(self, item):
        return self.facts.setdefault(item, {"state": "open", "answer": 0, "check": None, "evidence": [], "executors": set()})

    def _touched(self, body, data):
        if not is_text(data.get("item")):
            return {}
        fact = self._fact(data["item"])
        self._execute(body, fact["executors"])
        return fact

    def _execute(self, body, executors):
        who = body["actor"]["op_id"]
        if who not in ("", "engine"):
            self.executors.add(who)
            executors.add(who)

    def _on_step_started(self, body, _data, _seq):
        self._execute(body, set())

    def _on_checklist_adopted(self, _body, data, _seq):
        self.plan = data.get("sha256")
        given = data.get("items") if type(data.get("items")) is list else []
        self.items = [one for one in given if type(one) is dict and all(is_text(one.get(name)) for name in ("id", "category", "sha256"))]

    def _on_item_answered(self, body, data, seq):
        state = body["outcome"] or data.get("state")
        fact = self._touched(body, data)
        fact["state"] = state if is_text(state) and state in self.STATES else "open"
        fact["answer"] = seq

    def _on_item_checked(self, body, data, seq):
        self._touched(body, data)["check"] = (seq, data.get("item_sha256"))

    def _on_evidence_added(self, body, data, seq):
        self._touched(body, data).setdefault("evidence", []).append(seq)

    def _on_evidence_removed(self, _body, data, _seq):
        gone = data.get("seq")
        for fact in self.facts.values():
            fact["evidence"] = [at for at in fact["evidence"] if not (is_whole(gone) and at == gone)]

    def _covered(self, category):
        """The items of a category. Computed ones are left out; where they are not marked, they are those nobody could answer."""
        mine = [item for item in self.items if item["category"] == category]
        return [item for item in mine if (item["derived"] in (None, "") if "derived" in item else item["id"] in self.facts)]

    def _digest(self, category):
        rows = []
        for item in self._covered(category):
            fact = self._fact(item["id"])
            check = fact["check"]
            is_standing = check is not None and check[1] == item["sha256"]
            row = {"id": item["id"], "text": item["sha256"], "state": fact["state"], "answer": fact["answer"]}
            rows.append({**row, "check": check[0] if is_standing else 0, "evidence": fact["evidence"]})
        return sha_hex(b"holdpoint/items/v1\0", canonical(rows).encode("utf-8"))

    def _settle(self):
        """Every standing signature of a category must still fit what it covers, or have been invalidated."""
        digests = {}
        for one in self.signatures.values():
            if not one.counts() or one.is_named or one.kind != "category":
                continue
            if one.about not in digests:
                digests[one.about] = self._digest(one.about)
            if digests[one.about] != one.digest:
                one.is_named = True
                message = f"What signature {one.id} (event {one.seq}) covers was changed later, and the signature was not invalidated."
                self.say("stale-not-invalidated", message, one.seq)

    @staticmethod
    def _is_statement(told):
        signer, subject = told.get("signer"), told.get("subject")
        return (
            same(told.get("v", MISSING), 1)
            and told.get("kind") == "signature"
            and type(signer) is dict
            and type(subject) is dict
            and all(is_text(told.get(name)) for name in ("id", "install_id", "log", "on_behalf_of", "meaning", "statement", "reason", "at"))
            and all(is_text(signer.get(name)) for name in ("op_id", "name", "title", "role", "key_id"))
            and all(is_text(subject.get(name)) for name in ("kind", "id", "launch", "plan_sha256", "digest"))
            and all(is_whole(told.get(name), 0) for name in ("delegation", "n", "m"))
        )

    def _personal(self, body, data, seq):
        """What holds for every signature of a person. Returns its payload, or None where there is none to speak of."""
        envelope = data.get("envelope")
        if not is_envelope(envelope) or envelope["payloadType"] != SIGNATURE or not self._is_statement(envelope["payload"]):
            self.say("signature-malformed", f"Event {seq} carries no signature of the form that it must have.", seq)
            return None
        told, key_id = envelope["payload"], envelope["signatures"][0]["keyid"]
        signer, who = told["signer"], told["signer"]["op_id"]
        version = self.roster.at(who, moment_of(body))
        if version is None:
            self.say("signer-not-enrolled", f"{who} signed event {seq}, but was not enrolled then.", seq)
        else:
            if version["status"] != "active":
                self.say("signer-gone", f"{who} signed event {seq} after leaving.", seq)
            if version["name"] != signer["name"] or version["title"] != signer["title"]:
                self.say("signer-differs", f"Event {seq} prints another name or title than the roster had for {who} then.", seq)
        owner, public_key = self.roster.owners.get(key_id, (None, None))
        if owner is None:
            self.say("signature-key-unknown", f"The key that signed event {seq} is nobody's in the roster.", seq)
        elif owner != who:
            self.say("signature-key-of-another", f"The key that signed event {seq} is of {owner}, not of {who}.", seq)
        elif version is not None and version["key_id"] != key_id:
            self.say("signature-key-expired", f"The key that signed event {seq} was not the one in force then.", seq)
        if signer["key_id"] != key_id or body["actor"]["op_id"] != who:
            self.say("signature-differs", f"Event {seq} names another person or key than the one that signed it.", seq)
        is_head = self.heads.fits(told.get("head"), seq)
        if not is_head:
            self.say("signature-head", f"The signature of event {seq} names another head than the event before it.", seq)
        if owner is not None:
            if not signed_by(envelope, SIGNATURE, public_key):
                self.say("signature-invalid", f"The signature of event {seq} does not fit its text and key.", seq)
            elif is_head:
                self.anchored = max(self.anchored, told["head"]["seq"])
        if told["log"] != self.genesis.get("log") or told["install_id"] != self.genesis.get("install_id"):
            self.say("signature-of-another-log", f"The signature of event {seq} was given in another log: it was transplanted.", seq)
        if told["subject"]["launch"] != self.launch or body["subject"]["launch"] != self.launch:
            self.say("signature-of-another-launch", f"The signature of event {seq} was given for another launch.", seq)
        return told

    def _delegation(self, told, moment, seq):
        giver, who, role = told["on_behalf_of"], told["signer"]["op_id"], told["signer"]["role"]
        if giver == "" and told["delegation"] == 0:
            return
        one = self.roster.delegations.get(told["delegation"])
        if one is None or not not_after(one["at"], moment):
            self.say("delegation-missing", f"Event {seq} is signed on behalf of {giver} without a delegation.", seq)
            return
        if one["from"] != giver or one["to"] != who or (one["roles"] and role not in one["roles"]):
            self.say("delegation-of-another", f"The delegation of event {seq} is not from {giver} to {who} for the role {role}.", seq)
        if one["until"] <= moment[0] or one["until"] <= told["at"]:
            self.say("delegation-expired", f"The delegation of event {seq} had run out.", seq)
        if self.roster.is_ended(one, moment):
            self.say("delegation-revoked", f"The delegation of event {seq} had been revoked.", seq)

    def _on_signoff_added(self, body, data, seq):
        self.total += 1
        self.envelopes.append((seq, data.get("envelope")))
        told = self._personal(body, data, seq)
        if told is None:
            return
        signer, subject = told["signer"], told["subject"]
        copied = {
            "signature": told["id"],
            "subject": {"kind": subject["kind"], "id": subject["id"]},
            "meaning": told["meaning"],
            "role": signer["role"],
            "op_id": signer["op_id"],
            "name": signer["name"],
            "title": signer["title"],
            "on_behalf_of": told["on_behalf_of"],
            "delegation": told["delegation"],
            "n": told["n"],
            "m": told["m"],
            "digest": subject["digest"],
            "statement": told["statement"],
        }
        differs = [name for name, value in copied.items() if not same(data.get(name, MISSING), value)]
        if differs or body["outcome"] != told["meaning"] or body["reason"] != told["reason"] or not 1 <= told["n"] <= told["m"]:
            self.say("signature-differs", f"Event {seq} does not say what was signed ({', '.join(differs)}).", seq)
        covered = subject.get("covered")
        is_ordered = type(covered) is list and all(is_whole(one, 1) and one < seq for one in covered)
        if not is_ordered or any(a >= b for a, b in zip(covered, covered[1:])):
            self.say("signature-covered", f"The signature of event {seq} covers events that did not exist yet, or not in order.", seq)
        self._delegation(told, moment_of(body), seq)
        if told["id"] in self.signatures:
            self.say("signature-duplicate", f"The signature of event {seq} is on record before: it was put in again.", seq)
            return
        one = Signed(seq, told)
        if one.counts():
            for other in self._standing(one.kind, one.about):
                people = {other.who, other.principal} & {one.who, one.principal}
                if other.role == one.role if self.is_alone else people or other.key == one.key:
                    self.say("signer-twice", f"Events {other.seq} and {seq} are signatures of one person over the same subject.", seq)
            if one.kind == "category":
                self._category(one, subject, seq)
            if one.kind == "decision" and self.decisions.get(one.about, (None,))[0] != one.digest:
                self.say("signature-digest", f"The signature of event {seq} is of another decision than the one proposed.", seq)
            # Executor and approver never meet in one person in the same launch; a lead decides although the team executed.
            did = {one.who, one.principal} & self.executors
            if one.kind == "decision" and one.role == "approver" and did and not self.is_alone:
                self.say("signer-executed", f"{sorted(did)[0]} approved the decision (event {seq}), but executed in this launch.", seq)
        self.signatures[one.id] = one

    def _category(self, one, subject, seq):
        covered = self._covered(one.about)
        if not covered or self._digest(one.about) != one.digest:
            self.say("signature-digest", f"The signature of event {seq} covers other items or answers than {one.about} had then.", seq)
        if subject["plan_sha256"] != self.plan:
            self.say("signature-plan", f"The signature of event {seq} is over another checklist than the one in force then.", seq)
        done = [item["id"] for item in covered if {one.who, one.principal} & self._fact(item["id"])["executors"]]
        if done and not self.is_alone:
            self.say("signer-executed", f"{one.who} signed {one.about} (event {seq}), but answered or supplied {', '.join(done)}.", seq)

    def _standing(self, kind, about):
        return [one for one in self.signatures.values() if one.counts() and one.kind == kind and one.about == about]

    def _end(self, name, state, seq):
        one = self.signatures.get(name) if is_text(name) else None
        if one is None:
            self.say("signature-unknown", f"Event {seq} ends a signature that is not on record.", seq)
            return
        if state == "stale":
            self.stale.append({"id": one.id, "seq": one.seq, "since": seq, "signer": one.who})
        one.state = state

    def _on_signoff_invalidated(self, _body, data, seq):
        self._end(data.get("signature"), "stale", seq)

    def _on_signoff_withdrawn(self, body, data, seq):
        self.envelopes.append((seq, data.get("envelope")))
        told = self._personal(body, data, seq)
        name = data.get("signature")
        old = self.signatures.get(name) if is_text(name) else None
        if told is not None:
            subject = told["subject"]
            is_own = old is not None and old.who == told["signer"]["op_id"] and (old.kind, old.about) == (subject["kind"], subject["id"])
            if not is_own or told["meaning"] != "rejected":
                self.say("withdrawal-differs", f"Event {seq} takes back a signature that is not the signer's own.", seq)
        self._end(name, "withdrawn", seq)

    def _on_decision_proposed(self, _body, data, _seq):
        if is_text(data.get("id")):
            self.decisions[data["id"]] = (data.get("digest"), data.get("needed"), data.get("roles"))

    def _on_decision_taken(self, _body, data, seq):
        name = data.get("id")
        proposed = self.decisions.get(name) if is_text(name) else None
        if proposed is None:
            self.say("decision-without-signatures", f"Event {seq} takes a decision that was never proposed.", seq)
            return
        _, needed, roles = proposed
        self._enough("decision", name, needed if is_whole(needed, 1) else 1, seq, "decision-without-signatures")
        have = {one.role for one in self._standing("decision", name)}
        missing = [role for role in (roles if type(roles) is list else []) if not is_text(role) or role not in have]
        if missing:
            self.say("decision-without-signatures", f"Event {seq} takes a decision without the signature of {missing}.", seq)

    def _on_launch_closed(self, _body, _data, seq):
        self._enough("close", self.launch, 1 if self.is_alone else 2, seq, "close-without-signatures")

    def _on_break_glass_confirmed(self, _body, data, seq):
        self._enough("break-glass", str(data.get("seq")), 1, seq, "break-glass-without-signature")

    def _enough(self, kind, about, needed, seq, code):
        have = {one.role if self.is_alone else one.who for one in self._standing(kind, about)}
        if len(have) < needed:
            self.say(code, f"Event {seq} needs {needed} signatures of distinct people that still stand; there are {len(have)}.", seq)

    def finish(self):
        self._settle()
        told = {"total": self.total, "valid": 0, "stale": 0, "withdrawn": 0}
        for one in self.signatures.values():
            told[one.state] += 1
        return told


# ── payloads and recordings ───────────────────────────────────────────────────────────────────────────────────────────


class Attached:
    def __init__(self):
        self.payloads, self.recordings, self.unbound, self.erased = [], {}, {}, set()

    def see(self, body):
        seq, data, log = body["seq"], body["data"], body["log"]
        for one in body["payloads"]:
            is_hashed = one["name"] in ("checklist", "evidence", "attachment") and is_text(data.get("sha256"))
            self.payloads.append((log, seq, one, data["sha256"] if is_hashed else None))
        if body["type"] == "payload.erased":
            self.erased.add((log, data.get("seq") if is_whole(data.get("seq")) else None, str(data.get("name"))))
        path = data.get("recording")
        if not is_text(path) or path == "":
            return
        if is_hash(data.get("recording_sha256")):
            size = data.get("recording_bytes") if is_whole(data.get("recording_bytes"), 0) else None
            self.recordings.setdefault(path, []).append((log, seq, data["recording_sha256"], size, body["type"] != "block.ended"))
            self.unbound.pop(path, None)
        elif body["type"] == "block.started":
            self.unbound[path] = (log, seq)


def read_index(files, findings):
    stored = files.get("data/files.json")
    text = b"" if stored is None else stored.whole()
    value = strict(text[:-1]) if text.endswith(b"\n") else MISSING

    def named(one, names):
        return has_keys(one, names) and (one["file"] is None or is_text(one["file"]))

    if (
        has_keys(value, "payloads,recordings,v")
        and type(value["payloads"]) is list
        and type(value["recordings"]) is list
        and all(
            named(one, "file,log,name,salt,seq") and is_text(one["log"]) and is_text(one["name"]) and is_whole(one["seq"], 1) and is_hash(one["salt"])
            for one in value["payloads"]
        )
        and all(named(one, "file,path") and is_text(one["path"]) for one in value["recordings"])
    ):
        return value
    findings.problem("files-index", "data/files.json is missing or malformed: payloads and recordings cannot be found.")
    return {"payloads": [], "recordings": []}


def check_attached(files, attached, findings):
    index, used = read_index(files, findings), set()
    given = {(one["log"], one["seq"], one["name"]): one for one in index["payloads"]}
    for log, seq, ref, sha256 in attached.payloads:
        at = (log, seq, ref["name"])
        entry = given.pop(at, None)
        stored = None if entry is None or entry["file"] is None else files.get(entry["file"])
        if stored is None:
            if at in attached.erased:
                findings.warning("payload-erased", f"The payload \"{ref['name']}\" of event {seq} was erased, as the record says.", log, seq)
            else:
                findings.problem("payload-missing", f"The payload \"{ref['name']}\" of event {seq} is missing.", log, seq)
            continue
        used.add(stored.path)
        digest = hashlib.sha256(b"holdpoint/payload/v1\0" + bytes.fromhex(entry["salt"]))
        for piece in stored.pieces():
            digest.update(piece)
        if digest.hexdigest() != ref["commitment"] or stored.size != ref["bytes"]:
            findings.problem("payload-changed", f"The payload \"{ref['name']}\" of event {seq} does not have the hash that its event says.", log, seq)
        elif sha256 is not None and stored.sha256() != sha256:
            findings.problem("payload-differs", f"Event {seq} says another SHA-256 of its payload \"{ref['name']}\".", log, seq)
    for at in given:
        findings.problem("payload-unbound", f"data/files.json lists a payload that no event binds ({' '.join(map(str, at))}).")
    recorded = {one["path"]: one for one in index["recordings"]}
    for path, bound in attached.recordings.items():
        last = bound[-1]
        entry = recorded.pop(path, None)
        stored = None if entry is None or entry["file"] is None else files.get(entry["file"])
        if stored is None:
            findings.problem("recording-missing", f"The recording {path} of event {last[1]} is missing.", last[0], last[1])
            continue
        used.add(stored.path)
        for ref in bound:
            log, seq, sha256, size, _ = ref
            if size is None and ref is not last:
                continue
            if (size is not None and stored.size < size) or stored.sha256(size) != sha256:
                findings.problem("recording-changed", f"The recording {path} does not have the hash that event {seq} says.", log, seq)
        if last[3] is not None and stored.size > last[3]:
            say = findings.problem if last[4] else findings.warning
            say("recording-longer", f"The recording {path} has bytes after the end that event {last[1]} bound.", last[0], last[1])
    for path, (log, seq) in attached.unbound.items():
        entry = recorded.pop(path, None)
        if entry is not None and entry["file"] is not None:
            used.add(entry["file"])
        findings.warning("recording-unbound", f"The recording {path}, begun by event {seq}, is bound by no hash.", log, seq)
    for path in recorded:
        findings.problem("recording-unknown", f"data/files.json lists a recording that no event names ({path}).")
    return used


# ── the index of logs, checkpoints ────────────────────────────────────────────────────────────────────────────────────


class Beyond:
    """What is known of a log past its end here. One such word is that of the checkpoint after an older head that was
    exported; more than one never goes into a bundle, so the events were cut."""

    def __init__(self, findings):
        self.findings, self.known = findings, set()

    def see(self, log, seq):
        if log.id in self.known:
            self.findings.problem("events-cut", f"{log.path} ends at event {log.seq}, but it had {seq}: the rest was cut.", log.id, log.seq)
        else:
            self.findings.warning("log-went-on", f"The log had {seq} events later; this bundle holds it up to event {log.seq}.", log.id, log.seq)
        self.known.add(log.id)


class Index:
    def __init__(self, findings, install):
        self.findings, self.install, self.opened, self.heads = findings, install, [], []

    def see(self, body):
        data, seq = body["data"], body["seq"]
        if body["type"] == "log.opened":
            wanted = len(self.opened) + 1
            if not is_whole(data.get("number")) or data["number"] != wanted:
                self.findings.problem("log-number", f"Event {seq} of the install log opens log {data.get('number')}, where {wanted} is next.", self.install, seq)
            self.opened.append((data.get("log"), data.get("number"), data.get("genesis_sha256")))
        elif body["type"] == "log.head":
            self.heads.append((data.get("log"), data.get("seq"), data.get("head"), seq))

    def finish(self, main):
        mine = [one for one in self.opened if one[0] == main.id]
        if len(mine) != 1:
            self.findings.problem("log-unlisted", f"The install log opened {main.id} {len(mine)} times; it must be once.", main.id)
        elif not same(mine[0][1], main.genesis["number"]) or mine[0][2] != main.hashes[0].hex():
            self.findings.problem("genesis-differs", f"The genesis of {main.id} is not the one that the install log has.", main.id, 0)
        beyond = Beyond(self.findings)
        for log, seq, head, at in self.heads:
            if log != main.id or not is_whole(seq, 0):
                continue
            if seq > main.seq:
                beyond.see(main, seq)
            elif _hash_at(main, seq) != head:
                self.findings.problem("head-differs", f"Event {seq} of {main.id} is not the one that the install log has (event {at}).", main.id, seq)


def _hash_at(log, seq):
    return log.hashes[seq].hex() if seq in log.hashes else None


def _is_checkpoint(value):
    if not has_keys(value, "at,heads,install,n,prev,v,why") or not same(value["v"], 1) or not is_whole(value["n"], 1):
        return False
    if not all(is_text(value[name]) for name in ("prev", "install", "at", "why")) or type(value["heads"]) is not list:
        return False
    return all(
        has_keys(one, "head,log,number,seq") and is_text(one["log"]) and is_whole(one["seq"], 0) and is_whole(one["number"]) and is_hash(one["head"])
        for one in value["heads"]
    )


def check_checkpoints(files, logs, public_key, findings):
    stored = files.get("data/checkpoints.ndjson")
    if stored is None:
        findings.problem("checkpoints-missing", "data/checkpoints.ndjson is missing.")
        return 0
    count, before, beyond = 0, None, Beyond(findings)
    for number, (line, is_ended) in enumerate(stored.lines(), 1):
        where = f"data/checkpoints.ndjson:{number}"
        envelope = strict(line)
        told = envelope["payload"] if is_envelope(envelope) else None
        if told is None or not _is_checkpoint(told) or not is_ended:
            findings.problem("checkpoint-malformed", f"{where}: this is no checkpoint.")
            continue
        count += 1
        if not signed_by(envelope, CHECKPOINT, public_key):
            findings.problem("checkpoint-signature", f"{where}: the checkpoint is not signed by the installation's key.")
            continue
        if before is not None and (told["n"] <= before[0] or (told["n"] == before[0] + 1 and told["prev"] != before[1])):
            findings.problem("checkpoint-order", f"{where}: checkpoint {told['n']} does not follow the one before it.")
        before = (told["n"], sha_hex(line))
        for one in told["heads"]:
            log = next((log for log in logs if log.id == one["log"]), None)
            if log is None:
                continue
            if one["seq"] > log.seq:
                beyond.see(log, one["seq"])
                continue
            if _hash_at(log, one["seq"]) != one["head"]:
                findings.problem("head-differs", f"Event {one['seq']} of {log.id} is not the one that a checkpoint has ({where}).", log.id, one["seq"])
            else:
                log.anchored = max(log.anchored, one["seq"])
    return count


# ── BagIt and the signed manifest ─────────────────────────────────────────────────────────────────────────────────────

SIGNED_MANIFEST, BAG, TAGS = "manifest.dsse.json", "manifest-sha256.txt", "tagmanifest-sha256.txt"
_LISTED = re.compile(r"([0-9a-f]{64})  ([A-Za-z0-9._/-]+)")


def compare(name, listed, paths, hashes, findings):
    """Whether anything differs between a list of hashes and the files that are here."""
    differs = False
    for path, digest in listed.items():
        if path not in hashes:
            findings.problem("file-missing", f"{path}, listed by {name}, is missing.")
        elif hashes[path] != digest:
            findings.problem("file-changed", f"{path} does not have the hash that {name} says.")
        else:
            continue
        differs = True
    for path in paths:
        if path not in listed:
            findings.problem("file-unlisted", f"{path} is not listed by {name}: it was put in.")
            differs = True
    return differs


def check_list(name, paths, files, hashes, findings):
    if name not in files:
        findings.problem("bag-manifest", f"{name} is missing.")
        return
    text = files[name].whole().decode("utf-8", "replace")
    if text == "".join(f"{hashes[path]}  {path}\n" for path in paths):
        return
    *lines, rest = text.split("\n")
    listed, is_odd = {}, rest != ""
    for line in lines:
        found = _LISTED.fullmatch(line)
        if found is None or found.group(2) in listed:
            is_odd = True
        else:
            listed[found.group(2)] = found.group(1)
    if not compare(name, listed, paths, hashes, findings) or is_odd:
        findings.problem("bag-manifest", f"{name} is not in its form: sorted, one line for each file, each once.")


def check_bag(files, hashes, findings):
    bagit = files.get("bagit.txt")
    if bagit is None or bagit.whole() != b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n":
        findings.problem("bagit-txt", "bagit.txt is missing or does not say BagIt 1.0 in UTF-8.")
    data = sorted(path for path in files if path.startswith("data/"))
    check_list(BAG, data, files, hashes, findings)
    check_list(TAGS, sorted(path for path in files if not path.startswith("data/") and path != TAGS), files, hashes, findings)


def check_manifest(files, hashes, main, install, findings):
    if SIGNED_MANIFEST not in files:
        findings.problem("manifest-missing", f"{SIGNED_MANIFEST} is missing: nothing signed covers the files.")
        return
    text = files[SIGNED_MANIFEST].whole()
    envelope = strict(text[:-1]) if text.endswith(b"\n") else MISSING
    told = envelope["payload"] if is_envelope(envelope) else {}
    listed = told.get("files")
    is_list = type(listed) is list and all(
        has_keys(one, "bytes,path,sha256") and is_text(one["path"]) and is_text(one["sha256"]) and is_whole(one["bytes"]) for one in listed
    )
    if not same(told.get("v", MISSING), 1) or told.get("kind") != "bundle" or not is_list or type(told.get("damaged")) is not list:
        findings.problem("manifest-malformed", f"{SIGNED_MANIFEST} is not one canonical signed line.")
        return
    if not signed_by(envelope, BUNDLE, "" if main is None else main.genesis["install_key"]):
        findings.problem("manifest-signature", f"{SIGNED_MANIFEST} is not signed by the installation's key.")
    paths = sorted(path for path in files if path not in (SIGNED_MANIFEST, TAGS))
    compare(SIGNED_MANIFEST, {one["path"]: one["sha256"] for one in listed}, paths, hashes, findings)
    sizes_fit = all(one["path"] not in files or files[one["path"]].size == one["bytes"] for one in listed)
    is_sorted = all(a["path"] < b["path"] for a, b in zip(listed, listed[1:]))

    def says(log):
        return None if log is None else {"log": log.id, "seq": log.seq, "head": log.head.hex()}

    here = {name: told[name] for name in ("log", "seq", "head") if name in told}
    if not sizes_fit or not is_sorted or not same(here, says(main) or {}) or not same(told.get("install_log", MISSING), says(install)):
        findings.problem("manifest-differs", f"{SIGNED_MANIFEST} is of another export than the logs that are here.")
    for what in told["damaged"]:
        findings.problem("damaged-at-export", f"Known when it was exported: {what}.")


def check_bag_info(files, counts, main, findings):
    lines = files["bag-info.txt"].whole().decode("utf-8", "replace").split("\n") if "bag-info.txt" in files else []
    data = [stored for path, stored in files.items() if path.startswith("data/")]
    wanted = {
        "Payload-Oxum": f"{sum(stored.size for stored in data)}.{len(data)}",
        "Holdpoint-Head": "" if main is None else f"event {main.seq}, {main.head.hex()}",
        "Holdpoint-Fingerprint": "" if main is None else fingerprint_of(main.head),
        "Holdpoint-Counts": "{events} events, {signatures} signatures, {recordings} recordings, {payloads} payloads, {checkpoints} checkpoints".format(**counts),
    }
    for label, value in wanted.items():
        found = [line[len(label) + 2 :] for line in lines if line.startswith(label + ": ")]
        if found != [value]:
            findings.problem("bag-info", f"bag-info.txt says {label}: {' / '.join(found) or 'nothing'}; it is {value}.")


def check_copies(files, main, install, roster, launch, findings):
    """Files that only repeat what the logs say must repeat exactly that."""
    lines = []
    for log, found in ((main, launch.envelopes if launch else []), (install, roster.envelopes)):
        for seq, envelope in found:
            lines.append(canonical({"envelope": envelope, "log": "" if log is None else log.id, "seq": seq}) + "\n")
    wanted = {"data/signatures.ndjson": "".join(lines)}
    if install is not None:
        wanted.update(roster.copies())
    for path, text in wanted.items():
        if path not in files:
            findings.problem("copy-differs", f"{path} is missing.")
        elif files[path].whole() != text.encode("utf-8"):
            findings.problem("copy-differs", f"{path} does not say what the logs say.")


KNOWN = {"bagit.txt", "bag-info.txt", "VERIFY.md", "verify.mjs", "verify.py", BAG, TAGS, SIGNED_MANIFEST}
KNOWN |= {"data/" + name for name in ("events.ndjson", "install.ndjson", "signatures.ndjson", "checkpoints.ndjson", "keys.json", "roster.json", "files.json")}


# ── where it comes from ───────────────────────────────────────────────────────────────────────────────────────────────


def check_origin(fingerprint, outside, logs, main, launch, findings):
    proved = False
    if fingerprint is not None:
        wanted = read_fingerprint(fingerprint)
        found = [(log, seq) for log in logs for seq in sorted(log.hashes) if wanted is not None and fingerprint_of(log.hashes[seq]) == wanted]
        if not found:
            findings.problem("fingerprint-not-found", f"The fingerprint {fingerprint} is of no event here: it is another record, or it was rewritten.")
        else:
            proved = True
            log, seq = found[0]
            if log is not main:
                findings.warning("origin-of-one-log", f"The fingerprint proves {log.id}, not the log of this bundle.", log.id, seq)
            elif log.seq > seq:
                findings.warning("after-the-fingerprint", f"{log.seq - seq} events came after the fingerprint given; it does not vouch for them.", log.id, seq)
    if outside is not None:
        proved = check_roster(outside, main, launch, findings) or proved
    if not proved:
        findings.warning(
            "origin-not-proved",
            "Consistent in itself at most; origin not proved: anybody can make up an installation. "
            "Give a fingerprint (--fingerprint) or a roster (--roster) from outside.",
        )
    return proved


def check_roster(text, main, launch, findings):
    value = strict(text[:-1] if text.endswith(b"\n") else text)
    if (
        type(value) is not dict
        or not is_text(value.get("install_key"))
        or type(value.get("people")) is not list
        or not all(type(one) is dict and is_text(one.get("id")) and type(one.get("keys")) is list for one in value["people"])
    ):
        findings.problem("roster-unreadable", "The roster given is not a roster.json of a Holdpoint installation.")
        return False
    if main is None or value["install_key"] != main.genesis["install_key"]:
        findings.problem("origin-differs", "The record is of another installation than the roster given.")
        return False
    known = {key["key_id"]: one["id"] for one in value["people"] for key in one["keys"] if type(key) is dict and is_text(key.get("key_id"))}
    for one in launch.signatures.values() if launch else []:
        if known.get(one.key) != one.who:
            findings.problem("signer-not-in-roster", f"{one.who}, who signed event {one.seq}, is not in the roster given with that key.", main.id, one.seq)
    return True


def _dos(moment):
    when = datetime.datetime.strptime(moment[:19], "%Y-%m-%dT%H:%M:%S")
    clock = (when.hour << 11) + (when.minute << 5) + (when.second >> 1)
    return struct.pack("<HH", clock, ((when.year - 1980) << 9) + (when.month << 5) + when.day)


# ── all of it ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def verify_bundle(target, fingerprint=None, roster=None):
    """Verifies a path (zip, or the folder it was unpacked to) or a zip's bytes. CannotRead where there is no bundle."""
    started, findings = time.monotonic(), Findings()
    if isinstance(target, bytes):
        report = _verify_zip(len(target), lambda at, many: target[at : at + many], fingerprint, roster, findings)
    elif os.path.isdir(target):
        report = _check(read_folder(target), None, fingerprint, roster, findings)
    else:
        with open(target, "rb") as file:

            def read(at, many):
                file.seek(at)
                return file.read(many)

            report = _verify_zip(os.fstat(file.fileno()).st_size, read, fingerprint, roster, findings)
    source = "memory" if isinstance(target, bytes) else target
    return {"source": source, **report, "durationMs": (time.monotonic() - started) * 1000}


def _verify_zip(size, read, fingerprint, roster, findings):
    if size < 4 or read(0, 4) != b"PK\x03\x04":
        raise CannotRead("this is no zip: there is no bundle to verify")
    files, stamp = read_zip(size, read, findings)
    return _check(files, stamp, fingerprint, roster, findings)


def _first_line(stored):
    return MISSING if stored is None else strict(next(stored.lines(), (b"", True))[0])


def _check(files, stamp, fingerprint, outside, findings):
    hashes = {path: stored.sha256() for path, stored in files.items()}
    check_bag(files, hashes, findings)
    attached, roster = Attached(), Roster({"install_id": "", "install_key": "", "log": ""}, findings)
    index = install = main = launch = None
    events, beside = files.get("data/events.ndjson"), files.get("data/install.ndjson")

    def walk_install(stored):
        nonlocal roster, index
        genesis = _first_line(stored)
        if type(genesis) is dict and is_text(genesis.get("log")):
            roster, index = Roster(genesis, findings), Index(findings, genesis["log"])

        def see(body, previous):
            roster.see(body, previous)
            if index is not None:
                index.see(body)
            attached.see(body)

        return walk(stored, findings, see)

    if events is None:
        findings.problem("log-missing", "data/events.ndjson is missing: there is no log.")
    genesis = _first_line(events)
    is_install = type(genesis) is dict and genesis.get("kind") == "install"
    if is_install:
        main = walk_install(events)
    else:
        if beside is None:
            findings.problem("install-log-missing", "data/install.ndjson is missing: nothing says which people and logs there are.")
        else:
            install = walk_install(beside)
        if install is not None and install.genesis["kind"] != "install":
            findings.problem("genesis-malformed", "data/install.ndjson is not an install log.")
        if type(genesis) is dict:
            launch = Launch(genesis, roster, findings)
        if events is not None:

            def see(body, previous):
                if launch is not None:
                    launch.see(body, previous)
                attached.see(body)

            main = walk(events, findings, see)
    logs = [log for log in (main, install) if log is not None]
    if main is not None and install is not None:
        if any(main.genesis[name] != install.genesis[name] for name in ("install_id", "install_key")) or main.genesis["install"] != install.id:
            findings.problem("install-differs", "The log and the install log are of different installations.")
        if index is not None:
            index.finish(main)
    signatures = launch.finish() if launch else {"total": 0, "valid": 0, "stale": 0, "withdrawn": 0}
    checkpoints = check_checkpoints(files, logs, "" if main is None else main.genesis["install_key"], findings)
    if main is not None and launch is not None:
        main.anchored = max(main.anchored, launch.anchored)
    used = check_attached(files, attached, findings)
    check_copies(files, main, main if install is None else install, roster, launch, findings)
    for path in files:
        if path not in KNOWN and path not in used and not path.startswith("data/reports/"):
            findings.problem("file-unknown", f"{path} is nothing that a log names.")
    check_manifest(files, hashes, main, install, findings)
    counts = {
        "events": 0 if main is None else main.events,
        "signatures": signatures["total"],
        "recordings": len(attached.recordings),
        "payloads": len(attached.payloads),
        "checkpoints": checkpoints,
    }
    check_bag_info(files, counts, main, findings)
    if stamp is not None and main is not None and stamp != _dos(main.at):
        findings.problem("zip-time", "The zip's times are not those of the head's event.")
    proved = check_origin(fingerprint, outside, logs, main, launch, findings)
    tails = [{"log": log.id, "from": log.anchored + 1, "to": log.seq} for log in logs if log.anchored < log.seq]
    unanchored = sum(tail["to"] - max(tail["from"], 1) + 1 for tail in tails)
    if findings.problems:
        verdict = "NOT VERIFIED"
    elif unanchored > 0:
        verdict = "OPEN"
    else:
        verdict = "VERIFIED WITH WARNINGS" if findings.warnings else "VERIFIED"
    others = max(0, len(index.opened) - 1) if index is not None and not is_install else None
    not_proved = list(NOT_PROVED)
    if others is not None:
        not_proved.append(f"anything about the {others} other logs that the install log names: they are not in this bundle")
    if not proved:
        not_proved.append("where the record comes from: nothing from outside was given to compare it with")
    return {
        "verdict": verdict,
        "sourceKind": "bundle",
        "logs": len(logs),
        "events": sum(log.events for log in logs),
        "recordings": len(attached.recordings),
        "checkpoints": checkpoints,
        "signatures": signatures,
        "stale": launch.stale if launch else [],
        "fingerprint": None if main is None else fingerprint_of(main.head),
        "problems": findings.problems,
        "warnings": findings.warnings,
        "unanchored": unanchored,
        "tails": tails,
        "notProved": not_proved,
    }


# ── the command ───────────────────────────────────────────────────────────────────────────────────────────────────────


def plain(text):
    """Text from a stranger's file goes to a terminal: nothing in it may move the cursor or turn the writing round."""
    return re.sub("[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", "?", str(text))


def words_of(report):
    out = []
    for kind in ("problem", "warning"):
        for one in report[kind + "s"]:
            event = "" if one["seq"] is None else f" event {one['seq']}"
            where = "" if one["log"] is None else f" ({one['log']}{event})"
            out.append(f"{kind} {one['code']}{where}: {one['message']}")
    for one in report["stale"]:
        out.append(f"stale: signature {one['id']} of {one['signer']} (event {one['seq']}), since event {one['since']}")
    for one in report["tails"]:
        out.append(f"not anchored: events {max(one['from'], 1)} to {one['to']} of {one['log']} are protected by the chain alone")
    out.extend(f"not proved: {one}" for one in report["notProved"])
    given = report["signatures"]
    out.append(
        f"{report['logs']} logs, {report['events']} events, {report['recordings']} recordings, {report['checkpoints']} checkpoints, "
        f"{given['total']} signatures ({given['valid']} valid, {given['stale']} stale, {given['withdrawn']} withdrawn), "
        f"fingerprint {report['fingerprint'] or 'none'}"
    )
    out.append(report["verdict"])
    return [plain(line) for line in out]


def batch():
    """For tests: each line of input names a file and edits ([at, bytes removed, bytes put in as hex]); each answer is a line."""
    kept = {}
    for line in sys.stdin:
        asked = json.loads(line)
        if "base64" in asked:
            mutant = base64.b64decode(asked["base64"])
        else:
            path = asked["path"]
            if path not in kept:
                kept.clear()
                with open(path, "rb") as file:
                    kept[path] = file.read()
            mutant = kept[path]
        for at, removed, put in sorted(asked.get("edits", []), reverse=True):
            mutant = mutant[:at] + bytes.fromhex(put) + mutant[at + removed :]
        roster = base64.b64decode(asked["roster"]) if "roster" in asked else None
        try:
            report = verify_bundle(mutant, asked.get("fingerprint"), roster)
            answer = {name: report[name] for name in ("verdict", "problems", "warnings", "unanchored", "signatures", "events")}
        except CannotRead:
            answer = {"verdict": "CANNOT READ", "problems": [], "warnings": []}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()
    return 0


def main(given):
    paths, options, is_json, rest = [], {}, False, list(given)
    usage = "usage: python3 verify.py BUNDLE [--fingerprint F] [--roster FILE] [--json]"
    if rest == ["--batch"]:
        return batch()
    try:
        while rest:
            one = rest.pop(0)
            if one == "--json":
                is_json = True
            elif one == "--fingerprint" and rest:
                options["fingerprint"] = rest.pop(0)
            elif one == "--roster" and rest:
                with open(rest.pop(0), "rb") as file:
                    options["roster"] = file.read()
            elif one.startswith("--"):
                sys.stderr.write(f"unknown: {plain(one)}\n{usage}\n")
                return CANNOT_READ
            else:
                paths.append(one)
        if len(paths) != 1:
            sys.stderr.write(f"name one bundle\n{usage}\n")
            return CANNOT_READ
        report = verify_bundle(paths[0], **options)
    except (CannotRead, OSError) as error:
        sys.stderr.write(f"cannot read: {plain(error)}\n")
        return CANNOT_READ
    text = json.dumps(report, ensure_ascii=False) if is_json else "\n".join(words_of(report))
    sys.stdout.buffer.write((text + "\n").encode("utf-8", "replace"))
    return EXIT[report["verdict"]]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
