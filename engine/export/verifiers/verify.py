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
import math
import os
import re
import struct
import sys
import time
import zlib
from json.encoder import encode_basestring

SIGNATURE = "application/vnd.holdpoint.signature.v1+json"
ROSTER = "application/vnd.holdpoint.roster.v1+json"
WAIVER = "application/vnd.holdpoint.waiver.v1+json"
WATCH_END = "application/vnd.holdpoint.watch-end.v1+json"
CLOSING = "application/vnd.holdpoint.export.v1+json"
BUNDLE = "application/vnd.holdpoint.bundle.v1+json"
CHECKPOINT = "application/vnd.holdpoint.checkpoint.v1+json"
NOT_PROVED = [
    "that what was recorded was true when it was recorded (a lie at capture time)",
    "that nobody with full rights on the machine (root) forged it while it was written",
    "that the machine's clock was right: the order is proved, the times are a claim",
    "that a password was used by its owner and not given away",
    "that Holdpoint read a text as its author meant it: items, headings, roles and hold points are held against its lines, which are not parsed anew",
    "the order of a signature and a change of the roster at one and the same time, where no head in the install log lies between them",
]
MAX_NAME = 1000  # longer names, or more files, are no bundle of ours but an attempt on the reader
MAX_FILES = 1_000_000
MAX_WHOLE = 512 * 1024 * 1024  # files read whole into memory; logs and recordings are read in pieces
PIECE = 1 << 20
LISTED_AT_MOST = 1000
SAFE_INTEGER = 2**53 - 1
EXIT = {"VERIFIED": 0, "NOT VERIFIED": 1, "VERIFIED WITH WARNINGS": 2, "OPEN": 2}
CANNOT_READ = 3
ROSTER_ROLES = {"lead", "operator", "approver", "witness", "auditor", "admin"}  # every other role is one of a launch


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
_SPACE = "[\t-\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff]"
_BLANK = re.compile(_SPACE + "*")
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
    """When something happened, as (wall clock, boot, monotonic clock, log, seq)."""
    return (body["ts_utc"], body["boot"], int(body["mono_ns"]), body["log"], body["seq"])


class Order:
    """What came before what. The sequence decides, also across logs by the heads that the install log took of the other;
    the clocks decide only where it says nothing."""

    def __init__(self, install):
        self.install, self.heads = install, {}

    def see(self, body):
        log, seq = body["data"].get("log"), body["data"].get("seq")
        if not is_text(log):
            return
        if body["type"] == "log.head" and is_whole(seq, 0):
            self.heads.setdefault(log, []).append((body["seq"], seq))
        if body["type"] == "log.opened":
            # -1: what the install log had by then came before the genesis too.
            self.heads.setdefault(log, []).extend([(body["seq"], -1), (body["seq"], 0)])

    def not_after(self, a, b):
        """Whether a came before b or at the same time."""
        if a[3] == b[3]:
            return a[4] <= b[4]
        known = self.heads.get(b[3], []) if a[3] == self.install else []
        if any(at > a[4] and seq < b[4] for at, seq in known):
            return True
        if any(at < a[4] and seq >= b[4] for at, seq in known):
            return False
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


def _trim(text):
    return re.sub(f"^{_SPACE}+|{_SPACE}+$", "", text)


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
        self.heads, self.last, self.order = Heads(), 0, Order(genesis.get("log"))

    def say(self, code, message, seq):
        self.findings.problem(code, message, self.genesis.get("log"), seq)

    def current(self, person):
        return self.people[person][-1] if is_text(person) and person in self.people else None

    def active(self):
        return [person for person, versions in self.people.items() if versions[-1]["status"] == "active"]

    def at(self, person, moment):
        found = None
        for version in self.people.get(person, []):
            if self.order.not_after(version["at"], moment):
                found = version
        return found

    def count_at(self, moment):
        """How many had ever been enrolled by then: that somebody leaves does not make another one alone."""
        return sum(1 for versions in self.people.values() if self.order.not_after(versions[0]["at"], moment))

    def roles_at(self, person, moment):
        version = self.at(person, moment)
        return [] if version is None else self._roles(version)

    @staticmethod
    def _roles(version):
        return version["roles"] if type(version["roles"]) is list else []

    def _apart(self, seq):
        """Admin and approver never meet in one person, except where one is all there is."""
        for person in self.active() if len(self.people) > 1 else []:
            roles = self._roles(self.people[person][-1])
            if "admin" in roles and "approver" in roles:
                self.say("roster-admin-approver", f"With event {seq} of the roster {person} is admin and approver.", seq)

    def is_ended(self, one, moment):
        """Whether a delegation ended before its time: revoked, or one of the two left since."""
        if one["ended"] is not None and self.order.not_after(one["ended"][0], moment):
            return True
        return any(
            version["status"] == "gone" and version["seq"] > one["seq"] and self.order.not_after(version["at"], moment)
            for person in (one["from"], one["to"])
            for version in self.people[person]
        )

    def see(self, body, previous):
        seq, kind = body["seq"], body["type"]
        self.heads.enter(seq, previous)
        self.order.see(body)
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
            # All of the statement, so that nothing was signed that the event does not say.
            wanted = {name: value for name, value in body["data"].items() if name != "envelopes"}
            wanted.update(v=1, kind="roster", install_id=self.genesis.get("install_id"), act=body["type"], reason=body["reason"])
            wanted.update(head=told.get("head"), at=told.get("at"))
            said = {name: value for name, value in told.items() if name != "signer"}
            is_named = all(same(signer.get(name, MISSING), version[name]) for name in ("name", "title", "key_id"))
            if not is_text(told.get("at")) or "head" not in told or not same(said, wanted) or not is_named:
                self.say("roster-differs", f"What {who} signed is not what event {seq} of the roster says.", seq)
            if not self.heads.fits(told.get("head"), seq):
                self.say("roster-head", f"What {who} signed with event {seq} of the roster names another head.", seq)
            if who not in signed:
                signed.append(who)
            used.add(version["key_id"])
        return signed

    def _need(self, body, signed, count, by_admin=True):
        seq = body["seq"]
        if by_admin and signed and not self._keeps(self.current(signed[0])) and not self._leads_for_only_admin(signed[0], body):
            self.say("roster-not-admin", f"Event {seq} ({body['type']}) is signed first by {signed[0]}, who did not keep the roster then.", seq)
        about = body["data"].get("id")
        if is_text(about) and (about in signed[1:2] or (body["type"] == "operator.reset" and about in signed[:1])):
            self.say("roster-own-act", f"{about} stood beside event {seq}, which is about themself.", seq)
        if len(signed) < count:
            self.say("roster-unsigned", f"Event {seq} ({body['type']}) needs the signatures of {count} enrolled people; it has {len(signed)}.", seq)

    def _leads_for_only_admin(self, who, body):
        """A forgotten password of the only admin: nobody keeps the roster meanwhile, and a lead signs the reset first."""
        keepers = [person for person in self.active() if self._keeps(self.current(person))]
        return body["type"] == "operator.reset" and keepers == [body["data"].get("id")] and "lead" in self._roles(self.current(who))

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
        elif "own_signature" in data and not self._vouches_for_itself(body, data):
            self.say("roster-own-signature", f"The first person's own signature does not fit what event {seq} of the roster says.", seq)
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
        self._apart(seq)

    def _vouches_for_itself(self, body, data):
        """Nobody stands beside the first person: the key that they are given signs the entry. Older logs go without."""
        envelope = data["own_signature"]
        if not is_hash(data.get("public_key")) or not signed_by(envelope, ROSTER, data["public_key"]):
            return False
        said = dict(envelope["payload"])
        signer = said.pop("signer", None)
        wanted = {name: value for name, value in data.items() if name != "own_signature"}
        wanted.update(v=1, kind="roster", install_id=self.genesis.get("install_id"), act=body["type"], reason=body["reason"])
        wanted.update(head=said.get("head"), at=said.get("at"))
        if type(signer) is not dict or not is_text(said.get("at")) or not same(said, wanted):
            return False
        names = {"op_id": "id", "name": "name", "title": "title"}
        is_own = all(is_text(signer.get(one)) and signer[one] == data.get(other) for one, other in names.items())
        return is_own and self.heads.fits(said["head"], body["seq"])

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
        self._apart(seq)

    def _password(self, body, data, seq):
        if self._signers(body)[:1] != [data.get("id")]:
            self.say("roster-unsigned", f"Event {seq} of the roster changes a password and is not signed by its owner.", seq)

    def _delegated(self, body, data, seq):
        giver, taker = data.get("from"), data.get("to")
        if self._signers(body)[:1] != [giver]:
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
        self._need(body, signed, 1, by_admin=one is None or signed[:1] != [one["from"]])
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


# ── texts: what of a checklist and a runbook can be told without parsing Markdown ─────────────────────────────────────

_MARK = r"(?:[-*+]|[0-9]{1,9}[.)])"
_TASK = re.compile(rf"([ \t>]*){_MARK}[ \t]+(?:>[ \t>]*|{_MARK}[ \t]+)*\[[ xX]\][ \t]+([^ \t][^\n]*)")
_BARE_MARK = re.compile(rf"([ \t>]*)(?:{_MARK}[ \t]+)*{_MARK}[ \t]*")
_BOX = re.compile(r"[ \t>]*\[[ xX]\][ \t]+([^ \t][^\n]*)")
_FENCE = re.compile(rf"[ \t>]*(?:{_MARK}[ \t]+)*(`{{3,}}|~{{3,}})([^\n]*)")
_FENCE_END = re.compile(r"[ \t>]*(`{3,}|~{3,})[ \t]*")
_HEADING = re.compile(r"( {0,3})(#{1,6})(?:[ \t]+([^\n]*))?")
_HTML = re.compile(rf"[ \t>]*(?:{_MARK}[ \t]+)*</?[A-Za-z]")  # could begin a block of HTML, which lasts until an empty line
_RAW = re.compile(r" {0,3}<(pre|script|style|textarea)(?:[ \t>]|$)", re.I | re.A)
_ITEM_ID = re.compile(r"(?:\*\*|__)([A-Za-z][A-Za-z0-9]*(?:[-.][A-Za-z0-9]+)*)[ \t]*[:.)]?(?:\*\*|__)")
_GIVEN_ID = re.compile(r"(?:[A-Z]{1,3}|ITEM)-[0-9]+")
_COMMENT = re.compile(r"<!--[^\n]*?-->")
_BLANKS = re.compile(r"[ \t]*")


class Line:
    """A line, where it lies in the bytes, and whether it is hidden: in a fence, a comment, raw HTML or the front matter;
    unsure: only a reader of Markdown knows what it is."""

    def __init__(self, start, end, text):
        self.start, self.end, self.text, self.hidden, self.unsure = start, end, text, False, False

    def is_plain(self):
        return not self.hidden and not self.unsure

    def is_heading(self):
        return self.is_plain() and re.match(r"#{1,6}(?:[ \t]|$)", self.text) is not None


class Heading:
    def __init__(self, line, level, title, is_odd):
        plain = _COMMENT.sub("", title)
        self.line, self.level, self.words = line, level, squeeze(plain)
        # Its words cannot be told without Markdown.
        self.is_odd = is_odd or re.search(r"[&<!\[]", plain) is not None


def squeeze(title):
    """Letters and digits alone, and whatever is not ASCII: what emphasis, code and punctuation leave of a title."""
    return re.sub(r"[\x00-/:-@\[-`{-\x7f]", "", title)


class Text:
    MAX = 32 * 1024 * 1024  # a checklist of 8 MiB and a runbook of 20 MB are the largest that Holdpoint takes; bytes
    TRIES = 200_000  # hashes tried for one text: ten times what a list of 2,000 items of ten lines needs
    ABOVE = 300  # lines above a directive in which the beginning of its step is looked for

    def __init__(self, source):
        self.source, self.lines, self.is_read = source, [], True
        try:
            source.decode("utf-8")
        except UnicodeDecodeError:
            self.is_read = False
            return
        at = 3 if source.startswith(b"\xef\xbb\xbf") else 0
        for found in re.compile(b"([^\r\n]*)(\r\n|\r|\n|$)").finditer(source, at):
            if found.end() == found.start():
                break
            self.lines.append(Line(found.start(), found.end(1), found.group(1).decode("utf-8")))
        self._hide()

    def _hide(self):
        lines, at = self.lines, 0
        if lines and re.fullmatch(r"---[ \t]*", lines[0].text):
            end = next((i for i, one in enumerate(lines) if i > 0 and re.fullmatch(r"(?:---|\.\.\.)[ \t]*", one.text)), -1)
            for one in lines[: end + 1]:
                one.hidden = True
            at = end + 1
        in_html, is_shaky = False, False
        for one in lines[at:]:
            in_html = (in_html and not re.fullmatch(r"[ \t>]*", one.text)) or _HTML.match(one.text) is not None
            # Whether a fence begins or ends there decides about all that follows.
            is_shaky = is_shaky or (in_html and (_FENCE.fullmatch(one.text) is not None or "<!--" in one.text))
            one.unsure = in_html or is_shaky
        last = max((i for i, one in enumerate(lines) if "-->" in one.text), default=-1)
        fence, raw, in_comment, is_flat, is_quoted, is_shaky = "", "", False, True, False, False
        for i in range(at, len(lines)):
            line, text = lines[i], lines[i].text
            # A fence within a quote or an item may have ended with it.
            is_shaky = is_shaky or (fence != "" and not is_flat and re.match(r"[^ \t>]", text) is not None and not _FENCE_END.fullmatch(text))
            if fence and is_quoted and not re.match(" {0,3}>", text):
                fence = ""
            line.unsure = line.unsure or is_shaky
            line.hidden = fence != "" or raw != "" or in_comment
            if fence:
                end = _FENCE_END.fullmatch(text)
                if end and end.group(1)[0] == fence[0] and len(end.group(1)) >= len(fence):
                    fence = ""
            elif in_comment:
                in_comment = "-->" not in text
            elif raw:
                if f"</{raw}>" in text.lower():
                    raw = ""
            else:
                begun, html = _FENCE.fullmatch(text), _RAW.match(text)
                if begun and not (begun.group(1)[0] == "`" and "`" in begun.group(2)):
                    fence, line.hidden = begun.group(1), True
                    is_flat, is_quoted = text.startswith(fence), re.match(" {0,3}>", text) is not None
                elif html:
                    line.hidden, name = True, html.group(1).lower()
                    raw = "" if f"</{name}>" in text.lower() else name
                else:
                    in_comment = i < last and text.rfind("<!--") > text.rfind("-->")

    def headings(self):
        found = []
        for i, line in enumerate(self.lines):
            if line.hidden:
                continue
            atx = _HEADING.fullmatch(line.text)
            if atx:
                found.append(Heading(i, len(atx.group(2)), atx.group(3) or "", atx.group(1) != "" or line.unsure))
            rule = re.fullmatch(r" {0,3}(=+|-+)[ \t]*", line.text)
            above = self.lines[i - 1] if i > 0 else None
            if rule and above and not above.hidden and re.match(r" {0,3}[^ \t>#|]", above.text) and not _BARE_MARK.fullmatch(above.text):
                found.append(Heading(i - 1, 1 if rule.group(1)[0] == "=" else 2, above.text, True))
        return found

    def tasks(self):
        """What stands before the mark, and the words, of each line at which a task begins."""
        found = {}
        for i, line in enumerate(self.lines):
            task = _TASK.fullmatch(line.text)
            if task:
                found[i] = (task.group(1), task.group(2))
                continue
            bare = _BARE_MARK.fullmatch(line.text) if i + 1 < len(self.lines) else None
            box = _BOX.fullmatch(self.lines[i + 1].text) if bare else None
            if box:
                found[i] = (bare.group(1), box.group(1))
        return found

    def directives(self):
        """Comments that speak to Holdpoint, outside of code, as (kind, line, body, stands alone, stands plainly)."""
        found = []
        for i, line in enumerate(self.lines):
            text, at = line.text, 0
            if (line.hidden and not line.unsure) or "<!--" not in text:
                continue
            while at < len(text):
                if text[at] == "`":
                    ticks = re.match("`+", text[at:]).end()
                    end = next((one.end() for one in re.finditer("`+", text[at + ticks :]) if one.end() - one.start() == ticks), None)
                    at += ticks if end is None else ticks + end
                    continue
                if not text.startswith("<!--", at):
                    at += 1
                    continue
                body, last = text[at + 4 :], i
                while "-->" not in body and last + 1 < len(self.lines) and last - i < 50:
                    last += 1
                    body += "\n" + re.sub(r"^[ \t>]+", "", self.lines[last].text)
                end = body.find("-->")
                if end == -1:
                    break
                inner = body[:end]
                head = re.match(r"[ \t\n]*([a-z]+)[ \t\n]*:[ \t]*(?:\{|\n[ \t]*[A-Za-z0-9_-]+[ \t]*:)", inner)
                if head and head.group(1) in ("step", "item", "category", "decision"):
                    is_alone, is_plain = re.fullmatch(" {0,3}", text[:at]) is not None, re.match(r" {0,3}[^ \t]", text) is not None
                    is_plain = is_plain and not line.unsure
                    found.append((head.group(1), i, inner, is_alone, is_plain))
                at = at + 4 + end + 3 if last == i else len(text)
        return found


def _unquoted(value):
    plain = value.strip(" \t\n")
    return plain[1:-1] if re.fullmatch(r"\"[^\"]*\"|'[^']*'", plain) else plain


def value_of(body, key):
    """The value of a directive's key as a list of texts; None where it has no such key."""
    found = re.search(r"(?:^|[{,\n])[ \t]*[\"']?" + key + r"[\"']?[ \t]*:[ \t]*(\[[^\]]*\]|\"[^\"]*\"|'[^']*'|[^,}\n]*)", body)
    if found is None:
        return None
    value = found.group(1)
    if value.startswith("["):
        return [one for one in map(_unquoted, value[1:-1].split(",")) if one]
    if _unquoted(value):
        return [_unquoted(value)]
    below = re.match(r"(?:\n[ \t]*-[ \t]+[^\n]*)+", body[found.end() :])
    return [one for one in map(_unquoted, re.findall(r"\n[ \t]*-[ \t]+([^\n]*)", below.group(0))) if one] if below else []


class Checklist:
    """What of an adopted checklist its text bears out: each item's hash is of lines that begin with a task (or of a table's
    row), with its id and under its category; no task is left out; roles and rule are those of the directives."""

    def __init__(self, text, seq, say):
        self.text, self.lines, self.seq, self.say = text, text.lines, seq, say
        self.tasks, self.told = text.tasks(), text.directives()

    def check(self, items, categories):
        spans, headings, placed, seq = self._spans({item["sha256"] for item in items}), self.text.headings(), set(), self.seq
        titles = {one["key"]: squeeze(one["title"]) for one in categories if is_text(one.get("key")) and is_text(one.get("title"))}
        unnamed, is_whole_list = set(), True
        for item in items:
            name = item["id"]

            def is_under(line, title=titles.get(item["category"])):
                above = self._above(headings, line)
                return not above or any(one.is_odd or one.words == title for one in above)

            # The best of the places: with its id, under its category, and where nothing is unsure.
            free = [(line, end) for line, end in spans.get(item["sha256"], []) if line not in placed]
            free.sort(key=lambda one: (not (self._is_id(name, one[0]) and is_under(one[0])), not self.lines[one[0]].is_plain()))
            if not free:
                is_whole_list = False
                self.say(True, "item-text", f"Event {seq} lists the item {name}, and its hash is of no item in the text.")
                continue
            line, end = free[0]
            placed.add(line)
            if not self._is_id(name, line):
                self.say(True, "item-id", f"Event {seq} calls the item of line {line + 1} {name}, which it is not.")
            derived = item.get("derived")
            if is_text(derived) and derived != "" and not any("derived" in one.text for one in self.lines[line : end + 1]):
                self.say(True, "item-derived", f"Event {seq} says that {name} is computed; its text does not.")
            if categories and not is_under(line):
                message = f"Event {seq} puts {name} in the category {item['category']}, under which it does not stand."
                self.say(self.lines[line].is_plain(), "item-category", message)
            if not self._above(headings, line):
                unnamed.add(item["category"])  # before any heading the category is called after the file
        self._left_out(placed)
        if is_whole_list and headings and not any(one.is_odd for one in headings) and not any(one.unsure for one in self.lines):
            for key in titles:
                if key not in unnamed and titles[key] not in {one.words for one in headings}:
                    self.say(True, "category-differs", f"Event {seq} has the category {key}, which is no heading of its text.")
        self._roles(headings, categories)

    @staticmethod
    def _above(headings, line):
        """Headings above a line, the nearest first, each of a higher level than the one before."""
        found, level = [], 7
        for one in reversed(headings):
            if one.line <= line and one.level < level:
                found.append(one)
                level = one.level
        return found

    def _spans(self, wanted):
        """Where lines that begin with a task, or rows of a table, have one of the wanted hashes. A second look goes past what
        seems to end an item, for the hashes that the first did not find."""
        found, tries, rows, is_row = {}, 0, set(), False
        for i, line in enumerate(self.lines):
            # A row of a table needs no bar where it goes on with one.
            is_row = "|" in line.text or (is_row and not re.fullmatch(r"[ \t>]*", line.text))
            if is_row:
                rows.add(i)
        for is_far in (False, True):
            hashes = {one for one in wanted if one not in found}
            for i, line in enumerate(self.lines) if hashes else ():
                task = self.tasks.get(i)
                if task is None and (is_far or i not in rows):
                    continue
                digest, at = hashlib.sha256(), line.start
                for end in range(i, len(self.lines)):
                    if tries >= Text.TRIES or (end > i and (task is None or (not is_far and self._is_over(end, task)))):
                        break
                    digest.update(self.text.source[at : self.lines[end].end])
                    at, tries = self.lines[end].end, tries + 1
                    name = digest.hexdigest()
                    if name in hashes:
                        found.setdefault(name, []).append((i, end))
        return found

    def _is_over(self, end, task):
        inner = None if self.lines[end].hidden else self.tasks.get(end)
        return self.lines[end].is_heading() or (inner is not None and self._is_beside(inner[0], task[0]))

    @staticmethod
    def _is_beside(following, prefix):
        """Whether the next task ends the one before it: it stands no deeper, and is no lazy line of it."""
        return following == prefix or (re.fullmatch(" {0,3}", following) is not None and len(following) <= len(prefix))

    def _is_id(self, name, line):
        """The id written at the item's beginning, counted on where it came before; or one as given where none is written."""
        base, is_given = re.sub(r"-[0-9]+\Z", "", name), _GIVEN_ID.fullmatch(name) is not None
        if line not in self.tasks:
            return is_given or name in self.lines[line].text or base in self.lines[line].text
        said = _COMMENT.sub("", self.tasks[line][1]).lstrip(" \t")
        if said.startswith("<!--"):
            return True
        written = _ITEM_ID.match(said)
        if written is None or not re.search("[0-9]", written.group(1)):
            return is_given
        return written.group(1) in (name, base)

    def _left_out(self, placed):
        sure = set()
        for i, (prefix, _) in self.tasks.items():
            if not self.lines[i].is_plain():
                continue
            above = self.lines[i - 1] if i > 0 else None
            is_free = above is None or _BLANKS.fullmatch(above.text) or i - 1 in placed or above.is_heading()
            is_plain = re.match(r" {0,3}[-*+] {1,4}\[", self.lines[i].text) is not None and bool(is_free)
            parent = self.tasks.get(i - 1)
            deeper = 0 if parent is None else len(prefix) - len(parent[0])
            is_nested = i - 1 in placed and i - 1 in sure and re.fullmatch(" *", prefix) is not None and 1 < deeper < 6
            if is_plain or is_nested:
                sure.add(i)
        # Where one like it was taken for an item that may be none, this one may be that item.
        doubtful = {self.lines[i].text for i in placed - sure}
        for i in self.tasks:
            if i in placed or self.lines[i].hidden:
                continue
            self.say(i in sure and self.lines[i].text not in doubtful, "item-unlisted", f"Event {self.seq} leaves out the item of line {i + 1} of its text.")
        for i in self._rows_beside(placed):
            self.say(True, "item-unlisted", f"Event {self.seq} leaves out the row of line {i + 1} of its text.")

    def _rows_beside(self, placed):
        """Rows with words in them of a table on its own of which some rows are items, and which are none."""
        tables, table = [], []
        for i, line in enumerate(self.lines):
            if line.is_plain() and "|" in line.text and i not in self.tasks:
                table.append(i)
            elif table:
                tables.append(table)
                table = []
        found = []
        for table in [*tables, table] if table else tables:
            first, texts = table[0], {i: self.lines[i].text for i in table}
            rules = [i for i in table if re.fullmatch(r"[ \t>|:-]*", texts[i]) and "-" in texts[i]]
            above = self.lines[first - 1] if first > 0 else None
            is_alone = above is None or _BLANKS.fullmatch(above.text) is not None or above.is_heading()
            rows = [i for i in table if i > first + 1 and not re.fullmatch(r"[ \t>|]*", texts[i])]
            if is_alone and rules == [first + 1] and placed.intersection(rows):
                found += [i for i in rows if i not in placed]
        return found

    def _roles(self, headings, categories):
        """Who signs a category, by the directive under its heading."""
        seen = set()
        for kind, line, body, is_alone, is_plain in self.told:
            heading = next((one for one in reversed(headings) if one.line <= line), None) if kind == "category" and is_plain else None
            if heading is None or heading.is_odd or heading.line in seen or not (is_alone or heading.line == line):
                continue
            seen.add(heading.line)
            roles, eyes = value_of(body, "signoff") or [], (value_of(body, "eyes") or [""])[0]
            eyes = int(eyes) if re.fullmatch("[1-9]|1[0-9]|20", eyes) else 1
            for one in categories:
                told = one["eyes"] if is_whole(one.get("eyes"), 1) else 1
                if is_text(one.get("title")) and squeeze(one["title"]) == heading.words and same(one.get("signoff", MISSING), roles) and told == eyes:
                    break
            else:
                message = f"Line {line + 1} of the text of event {self.seq} asks for other signatures than the event says of that category."
                self.say(True, "category-differs", message)

    def decision(self):
        """Whether the text has a rule of the decision (None: that cannot be read), and its keys."""
        body = next((body for kind, _, body, _, is_plain in self.told if kind == "decision" and is_plain), None)
        if body is None:
            if any(not one.hidden and re.search(r"<!--[ \t]*decision[ \t]*:[ \t]*(?:\{|$)", one.text) for one in self.lines):
                self.say(False, "directive-unread", f"The rule of the decision in the text of event {self.seq} could not be read.")
                return None, {}
            return False, {}
        told = {key: value_of(body, key) for key in ("rule", "and", "signoff", "eyes")}
        told = {key: value for key, value in told.items() if value is not None}
        if "eyes" in told:
            told["eyes"] = (told["eyes"] or [""])[0]
        return True, told


def hold_points(text, steps):
    """Roles that steps ask for before they start, by the step's id; the points of no return among them; and the directives whose
    step is not among `steps`."""
    told = [one for one in text.directives() if one[0] == "step"]
    names, holds, unplaced, left = {sha256: name for name, sha256 in steps}, {}, [], [Text.TRIES]
    points = set()
    first = next((i for i, one in enumerate(text.lines) if one.is_heading()), None)
    for _, line, body, _, is_plain in told:
        roles = value_of(body, "signoff")
        is_point = (value_of(body, "point-of-no-return") or [""])[0] == "true"
        if not roles and is_point:
            # A point of no return is released by the lead where its step names nobody.
            roles = ["lead"]
        if not roles:
            continue
        if not is_plain or first is None or first > line:
            # Before any heading only some blocks are steps, and in HTML only a reader of Markdown knows: said, not judged.
            unplaced.append((line, roles, False))
            continue
        found = _step_around(text, line, names, left)
        if found is not None:
            # The first directive of a step is the one in force.
            if not any(found[1] <= other[1] < line for other in told):
                holds[found[0]] = roles
                if is_point:
                    points.add(found[0])
            continue
        name = next(iter(value_of(body, "id") or []), None)
        if name is not None and any(name == step for step, _ in steps):
            holds[name] = roles
        else:
            unplaced.append((line, roles, True))
    return holds, points, unplaced


def ways_back(text, steps):
    """Steps meant for going back behind a point of no return; whether all such could be placed; whether a step may verify it."""
    names, left, after, is_told = {sha256: name for name, sha256 in steps}, [Text.TRIES], set(), True
    for kind, line, body, _, is_plain in text.directives():
        said = (value_of(body, "after-no-return") or [None])[0] if kind == "step" else None
        if said is None or said == "false":
            continue
        found = _step_around(text, line, names, left) if is_plain else None
        name = found[0] if found is not None else next(iter(value_of(body, "id") or []), None)
        if any(name == step for step, _ in steps):
            after.add(name)
        else:
            is_told = False
    end = next((i for i, one in enumerate(text.lines) if i > 0 and re.fullmatch(r"(?:---|\.\.\.)[ \t]*", one.text)), 0)
    may_verify = any(one.hidden and re.search(r"verify[\"']?[ \t]*:", one.text) for one in text.lines[:end])
    return after, is_told, may_verify


def _step_around(text, line, names, left):
    """The step whose lines, by their hash, hold this one: it begins here or above, down from the nearest heading."""
    lines, source = text.lines, text.source
    for start in range(line, max(-1, line - Text.ABOVE - 1), -1):
        digest, at = hashlib.sha256(source[lines[start].start : lines[line].end]), lines[line].end
        for end in range(line, len(lines)):
            if left[0] <= 0 or (end > line and lines[end].is_heading()):
                break
            digest.update(source[at : lines[end].end])
            at, left[0] = lines[end].end, left[0] - 1
            if digest.hexdigest() in names:
                return names[digest.hexdigest()], start
        if lines[start].is_heading():
            break
    return None


# ── what a run and its night say of themselves ────────────────────────────────────────────────────────────────────────


class Deeds:
    """Each row is one rule. What only the text says (how long a gate is to hold, a look's limit) is taken from the event.

    reason-missing      value.changed, plan.entry_skipped, run.rollback_decided, watch.ended, a soak ended early, a gate or a
                        soak gone on with: there is a reason
    gate-differs        gate.probed: numbered one after the other
    gate-differs        block.ended passed, gate=hold: no probe failed, one for each turn or left out by name, the last passed at
                        the end of its time, not interrupted
    gate-differs        block.ended passed, gate=wait: the last probe passed in time, not interrupted
    soak-differs        soak.ended, not early: as long as it was to be, not interrupted; step.ended passed: its soak has ended
    rollback-differs    rollback.finished: `met` follows from duration and promise, the promise is the one decided on
    way-back-gone       run.rollback_decided by steps of the text: behind a point of no return only by steps meant for it
    manual-differs      manual.performed: done before it was entered, recorded by who entered it
    watch-differs       watch.entered: the outcome follows from what was seen and said
    watch-end-unsigned  watch.ended: another person signed it; watch-end-differs: and just that
    """

    AHEAD = 300_000  # clocks of two people differ by so much at the most; milliseconds
    REASONED = {"value.changed", "plan.entry_skipped", "run.rollback_decided", "watch.ended"}
    HANDLED = {
        "block.started", "block.ended", "step.started", "step.ended", "run.started", "run.rollback_decided", "run.rollback_started",
        "gate.started", "gate.probed", "gate.interrupted", "gate.resumed", "soak.started", "soak.interrupted", "soak.resumed", "soak.ended",
        "rollback.finished", "manual.performed", "watch.entered", "watch.ended",
    }

    def __init__(self, genesis, launch, roster, say):
        self.genesis, self.launch, self.roster, self.say = genesis, launch, roster, say
        self.gates, self.soaks = {}, {}
        self.decided, self.promised, self.own = {}, {}, {}  # what a way back promises: as decided, by both runs, by the one that goes back

    def see(self, body, run, is_alone):
        kind, data, seq = body["type"], body["data"], body["seq"]
        goes_on = kind in ("gate.resumed", "soak.resumed") and data.get("how") != "restart"
        is_early = kind == "soak.ended" and data.get("early") is True
        if (goes_on or is_early or kind in self.REASONED) and _BLANK.fullmatch(body["reason"]):
            self.say("reason-missing", f"Event {seq} ({kind}) has no reason.", seq)
        if kind in self.HANDLED:
            subject = body["subject"]
            step = (subject["run"], subject["step"])
            at = (*step, self._count(data, "block"))
            getattr(self, "_" + kind.replace(".", "_"))(body, data, seq, at, run, is_alone)

    @staticmethod
    def _count(data, name):
        return data[name] if is_whole(data.get(name), 0) else 0

    def _block_started(self, _body, _data, _seq, at, _run, _is_alone):
        self.gates.pop(at, None)

    def _gate_started(self, _body, data, _seq, at, _run, _is_alone):
        is_wait = data.get("kind") == "wait"
        gate = {"wait": is_wait, "every": self._count(data, "every_ms"), "span": self._count(data, "within_ms" if is_wait else "for_ms")}
        self.gates[at] = gate
        self._clear(gate)

    @staticmethod
    def _clear(gate):
        gate.update(number=0, turns=0, failed=False, last=None, gapped=False, stopped=False)

    def _gate_probed(self, body, data, seq, at, _run, _is_alone):
        gate = self.gates.get(at)
        if gate is None:
            return
        if not is_whole(data.get("n")) or data["n"] != gate["number"] + 1:
            self.say("gate-differs", f"Event {seq} is not the probe that follows the one before it.", seq)
        gate["number"] = self._count(data, "n")
        gate["turns"] += 1 + self._count(data, "left_out")
        gate["failed"] = gate["failed"] or body["outcome"] == "failed"
        gate["last"] = (body["outcome"], self._count(data, "due_ms"), self._count(data, "elapsed_ms"))

    def _gate_interrupted(self, _body, _data, _seq, at, _run, _is_alone):
        self.gates.get(at, {})["stopped"] = True

    def _gate_resumed(self, _body, data, _seq, at, _run, _is_alone):
        gate = self.gates.get(at)
        if gate is None:
            return
        if data.get("how") == "restart":
            self._clear(gate)
        else:
            # A person goes on with it as it stands, with a reason: turns may be missing, in which nothing was measured.
            gate.update(stopped=False, gapped=True, failed=False)

    def _block_ended(self, body, data, seq, at, _run, _is_alone):
        gate = self.gates.pop(at, None)
        if body["outcome"] != "passed" or (gate is None and data.get("kind") != "gate"):
            return
        if gate is None or not self._held(gate):
            self.say("gate-differs", f"Event {seq} says that a gate has passed, and its probes do not.", seq)

    @staticmethod
    def _held(gate):
        if gate["stopped"] or gate["last"] is None:
            return False
        verdict, due, elapsed = gate["last"]
        if gate["wait"]:
            return verdict == "passed" and elapsed <= gate["span"]
        if verdict != "passed" or gate["failed"] or due < gate["span"] or gate["every"] == 0:
            return False
        return gate["gapped"] or gate["turns"] * gate["every"] >= gate["span"]

    def _step_started(self, _body, _data, _seq, at, _run, _is_alone):
        self.soaks.pop(at[:2], None)

    def _soak_started(self, _body, data, _seq, at, _run, _is_alone):
        self.soaks[at[:2]] = {"ms": self._count(data, "ms"), "stopped": False, "done": False}

    def _soak_interrupted(self, _body, _data, _seq, at, _run, _is_alone):
        self.soaks.get(at[:2], {})["stopped"] = True

    def _soak_resumed(self, _body, _data, _seq, at, _run, _is_alone):
        self.soaks.get(at[:2], {})["stopped"] = False

    def _soak_ended(self, _body, data, seq, at, _run, _is_alone):
        soak = self.soaks.get(at[:2])
        if soak is None:
            return
        soak["done"] = True
        if data.get("early") is not True and (soak["stopped"] or self._count(data, "elapsed_ms") < soak["ms"]):
            self.say("soak-differs", f"Event {seq} ends a soak before its time and does not call it early.", seq)

    def _step_ended(self, body, _data, seq, at, _run, _is_alone):
        soak = self.soaks.get(at[:2])
        if body["outcome"] == "passed" and soak is not None and not soak["done"]:
            self.say("soak-differs", f"Event {seq} says that a step has passed whose soak has not ended.", seq)

    def _run_started(self, _body, data, _seq, at, _run, _is_alone):
        if type(data.get("undoes")) is dict and "target_ms" in data["undoes"]:
            self.own[at[0]] = data["undoes"]["target_ms"]

    def _run_rollback_decided(self, _body, data, seq, at, run, _is_alone):
        if "target_ms" in data:
            self.decided[at[0]] = data["target_ms"]
        if run is None or words(data.get("path")) != "" or not any(one.has_begun and one.id in run.no_return for one in run.steps):
            return
        gone = [one for one in rows_of(data.get("way")) if is_text(one) and one not in run.after]
        # One of them may be the step that verifies a recovery: that undoes nothing.
        if run.is_after_told and len(gone) > (1 if run.may_verify else 0):
            self.say("way-back-gone", f"Event {seq} goes back by {gone[0]}, which is gone since a point of no return began.", seq)

    def _run_rollback_started(self, _body, data, _seq, at, _run, _is_alone):
        if at[0] in self.decided:
            self.promised[(at[0], words(data.get("run")))] = self.decided[at[0]]

    def _rollback_finished(self, body, data, seq, at, _run, _is_alone):
        took, target = data.get("duration_ms"), data.get("target_ms", MISSING)
        fits = is_whole(took, 0) and (target is None or is_whole(target, 0))
        if fits:
            fits = data.get("met", MISSING) is (None if target is None else body["outcome"] == "passed" and took <= target)
            promise = self.promised.get((at[0], words(data["run"])), MISSING) if "run" in data else self.own.get(at[0], MISSING)
            fits = fits and (promise is MISSING or same(promise, target))
        if not fits:
            self.say("rollback-differs", f"Event {seq} says of a promised time what does not follow from the time it took.", seq)

    def _manual_performed(self, body, data, seq, _at, _run, _is_alone):
        claimed, entered = moment_ms(data.get("claimed_at")), moment_ms(data.get("entered_at"))
        fits = claimed is not None and entered is not None and claimed <= entered + self.AHEAD
        if not fits or entered > moment_ms(body["ts_utc"]) + self.AHEAD or data.get("recorded_by") != body["actor"]["name"]:
            self.say("manual-differs", f"Event {seq} records work as done after it was entered, or by another than who entered it.", seq)

    def _watch_entered(self, body, data, seq, _at, _run, _is_alone):
        seen = [words(one.get("verdict")) for one in rows_of(data.get("values")) if type(one) is dict]
        wanted = "unknown" if "unknown" in seen else "ok"
        if "not met" in seen or data.get("said_ok") is not True:
            wanted = "not-ok"
        if body["outcome"] != wanted:
            self.say("watch-differs", f"Event {seq} calls a look {body['outcome']}; by what was seen and said it is {wanted}.", seq)

    def _watch_ended(self, body, data, seq, _at, _run, is_alone):
        """Before its time a watch is ended by two: the second signs who asked, why, and what was left of it."""
        envelope, asker = data.get("envelope", MISSING), body["actor"]["op_id"]
        if is_alone and envelope is None:
            return
        told = envelope["payload"] if is_envelope(envelope) else {}
        signer = told.get("signer") if type(told.get("signer")) is dict else {}
        who = signer.get("op_id")
        version = self.roster.at(who, moment_of(body)) if is_text(who) else None
        is_second = version is not None and version["status"] == "active" and (is_alone or who != asker)
        if is_second:
            roles = self.roster.roles_at(who, moment_of(body))
            is_second = any(role in roles for role in ("lead", "operator", "approver"))
        if not is_second or not signed_by(envelope, WATCH_END, version["public_key"]):
            self.say("watch-end-unsigned", f"Event {seq} ends the watch before its time without the signature of a second person.", seq)
            return
        wanted = {"v": 1, "kind": "watch-end", "launch": self.launch, "asked_by": asker, "reason": body["reason"]}
        wanted.update(install_id=self.genesis.get("install_id"), log=self.genesis.get("log"))
        wanted.update({name: data.get(name, MISSING) for name in ("left_ms", "missed")})
        fits = all(same(told.get(name, MISSING), value) for name, value in wanted.items())
        fits = fits and all(same(signer.get(name, MISSING), version[name]) for name in ("name", "title", "key_id"))
        if not fits or data.get("second") != who or data.get("second_name") != signer.get("name"):
            self.say("watch-end-differs", f"What {who} signed is not the end of the watch of event {seq}.", seq)


# ── recovery and rehearsal ──────────────────────────────────────────────────────────────────────────────────────────────

_FACTOR = re.compile(r"[0-9]{1,5}(\.[0-9]{1,17})?")
_ISO = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})[T ]([0-9]{2}:[0-9]{2})(:[0-9]{2})?(?:[.,]([0-9]+))? ?(Z|UTC|[+-][0-9]{2}(?::?[0-9]{2})?)")
_EPOCH = re.compile(r"([0-9]{9,10})(?:\.([0-9]+))?")


def factor_in(value):
    """What the times of a text are divided by; 1 for what says nothing of the kind."""
    return float(value) if is_text(value) and _FACTOR.fullmatch(value) and float(value) >= 1 else 1.0


def printed_moment(line):
    """Milliseconds since 1970 of a moment as programs print it, what is finer cut off; None for what is none."""

    def thousandths(digits):
        return int(((digits or "") + "000")[:3])

    found = _EPOCH.fullmatch(line)
    if found:
        return int(found.group(1)) * 1000 + thousandths(found.group(2))
    found = _ISO.fullmatch(line)
    if found is None:
        return None
    day, clock, seconds, fraction, zone = found.groups()
    at = moment_ms(f"{day}T{clock}{seconds or ':00'}.000Z")
    minutes = 0 if zone in ("Z", "UTC") else int(zone[1:3]) * 60 + int(zone[3:].replace(":", "") or "0")
    if at is None or minutes > 1439:
        return None
    return at - (-minutes if zone[0] == "-" else minutes) * 60_000 + thousandths(fraction)


class Practised:
    """What one run says of its mode, its compressed waits and its recovery clocks, as its events go by."""

    def __init__(self, mode, said):
        is_rehearsal, said = mode == "rehearsal", said if type(said) is dict else {}
        self.mode = mode
        self.factor = factor_in(said.get("compress")) if is_rehearsal else 1.0
        self.is_replay = is_rehearsal and said.get("way") == "replay"
        self.good, self.doubtful, self.blocks = {}, set(), {}  # good ends of steps: (seq, moment)
        self.disaster, self.writes, self.is_verified = None, {}, False
        self.waiting, self.since, self.waits = set(), 0, []

    def name(self, data):
        said = data.get("recovery")
        said = said if type(said) is dict else {}
        self.declares, self.verifies = (said[key] if is_text(said.get(key)) else "" for key in ("declared", "verified"))
        names = said.get("last_write")
        self.probes = list(dict.fromkeys(one for one in names if is_text(one))) if type(names) is list else []
        self.rto, self.rpo = (said[key] if is_whole(said.get(key), 0) else None for key in ("rto_ms", "rpo_ms"))

    def waited(self, until):
        """Milliseconds between the disaster and then in which a compressed wait was under way."""
        spans = self.waits + ([(self.since, until)] if self.waiting else [])
        return sum(max(0, min(until, to) - max(self.disaster[1], since)) for since, to in spans)


class Recovery:
    """Each row is one rule.

    mode-differs       every event of a run: marked with the mode that the run began in
    compress-differs   gate.started, soak.started: the text's times divided by the rehearsal's factor; a live run's never
    declared-differs   disaster.declared: by the end of the step that declares, or by a person, for a reason
    measured-differs   recovery.measured: after the passed end of its block, and the moment that it printed
    recovery-differs   recovery.verified: by the end of the step that verifies; the sums follow from the moments
    recovery-missing   run.finished: a verified end has its figures
    evidence-run-differs  evidence.added of a run: its age, and the figures of its moments
    """

    OF_A_RUN = re.compile(r"(?:run|step|block|check|gate|soak|cluster|shell|value|loop|job|manual|input|recovery|disaster|fault|rehearsal)\.")
    LEAST_WAIT = 50  # a compressed wait is never made shorter; milliseconds
    BEGINS = {"gate.started", "gate.resumed", "soak.started", "soak.resumed"}
    ENDS = {"gate.interrupted", "block.ended", "soak.interrupted", "soak.ended"}

    def __init__(self, say):
        self.say, self.runs, self.parted, self.over = say, {}, [], {}

    def evidence(self, body, data, seq):
        """A run as evidence: as old as it says, its figures of the moments beside them, and as its end stands where it is in this log."""
        said = data.get("run")
        said = said if type(said) is dict else {}
        now, ended = moment_ms(body["ts_utc"]), moment_ms(said.get("ended_at"))
        is_old = ended is not None and is_whole(said.get("age_ms"), 0) and abs(now - ended - said["age_ms"]) <= self.MEANWHILE
        figures = said.get("recovery")
        figures = figures if type(figures) is dict else {}
        declared, verified = moment_ms(figures.get("declared_at")), moment_ms(figures.get("verified_at"))
        rto = figures.get("rto_ms")
        is_sum = rto is None or (is_whole(rto) and None not in (declared, verified) and rto == verified - declared)
        is_end = True
        if said.get("log") == body["log"]:
            name = said.get("run")
            seen = self.over.get(name) if is_text(name) else None
            is_end = seen is not None and self._is(said.get("seq"), seen[0]) and seen[1] == ended and said.get("mode") == seen[2]
        if not (is_old and is_sum and is_end and said.get("mode") in ("live", "rehearsal")):
            self.say("evidence-run-differs", f"Event {seq} says of a run that is evidence what does not follow from its moments.", seq)

    MEANWHILE = 60_000  # between the look at the clock and the event; milliseconds

    def marks(self):
        found = [name for name, run in self.runs.items() if run.mode == "rehearsal"]
        return {"rehearsals": found, "isRehearsal": bool(found) and len(found) == len(self.runs)}

    def see(self, body):
        seq, kind, subject, data = body["seq"], body["type"], body["subject"], body["data"]
        if kind == "clock.step":
            self.parted.append((seq, abs(data["parted_ms"]) if is_whole(data.get("parted_ms")) else 0))
        if kind == "run.started":
            self.runs[subject["run"]] = Practised(subject["mode"], data.get("rehearsal"))
            self.runs[subject["run"]].name(data)
        run = self.runs.get(subject["run"])
        if run is None:
            return
        # Signatures and a launch's own looks name a run without being of it.
        is_marked = subject["mode"] == run.mode or (subject["mode"] == "" and not self.OF_A_RUN.match(kind))
        if not is_marked or (kind == "run.started" and is_text(data.get("mode")) and data["mode"] != subject["mode"]):
            self.say("mode-differs", f"Event {seq} is marked {subject['mode'] or 'with no mode'}, and its run is {run.mode or 'of none'}.", seq)
        now = moment_ms(body["ts_utc"])
        self._wait(run, kind, subject, data, now)
        if kind in ("run.finished", "run.aborted"):
            self.over[subject["run"]] = (seq, now, run.mode)
        handler = getattr(self, "_" + kind.replace(".", "_"), None) if kind in self.HANDLED else None
        if handler is not None:
            handler(run, body, data, seq, now)

    HANDLED = {
        "block.started", "block.ended", "step.started", "step.ended", "step.judged", "run.amended", "run.finished",
        "gate.started", "soak.started", "disaster.declared", "recovery.measured", "recovery.verified",
    }

    @staticmethod
    def _block(body):
        number = body["data"].get("block")
        return body["subject"]["step"], number if is_whole(number, 0) else 0

    def _wait(self, run, kind, subject, data, now):
        if run.factor == 1 or kind not in self.BEGINS | self.ENDS:
            return
        number = data.get("block")
        key = (subject["step"],) if kind.startswith("soak.") else (subject["step"], number if is_whole(number, 0) else 0)
        if kind in self.BEGINS:
            if not run.waiting:
                run.since = now
            run.waiting.add(key)
        elif key in run.waiting:
            run.waiting.discard(key)
            if not run.waiting:
                seen = moment_ms(data.get("since"))
                run.waits.append((run.since, now if seen is None else seen))

    def _block_started(self, run, body, _data, _seq, _now):
        run.blocks.pop(self._block(body), None)

    def _block_ended(self, run, body, _data, _seq, _now):
        run.blocks[self._block(body)] = body["outcome"]

    def _step_started(self, run, body, _data, _seq, _now):
        step = body["subject"]["step"]
        run.good.pop(step, None)
        run.doubtful.discard(step)
        if step == run.verifies:
            run.is_verified = False

    def _step_ended(self, run, body, _data, seq, now):
        step = body["subject"]["step"]
        run.good.pop(step, None)
        if body["outcome"] == "passed":
            run.good[step] = (seq, now)
        elif body["outcome"] == "unknown":
            run.doubtful.add(step)

    def _step_judged(self, run, body, _data, seq, now):
        step = body["subject"]["step"]
        run.good.pop(step, None)
        if body["outcome"] == "accepted" and step in run.doubtful:
            run.good[step] = (seq, now)

    def _run_amended(self, run, _body, data, _seq, _now):
        run.name(data)

    def _run_finished(self, run, _body, _data, seq, _now):
        end = run.good.get(run.verifies)
        if end is not None and run.disaster is not None and end[1] >= run.disaster[1] and not run.is_verified:
            self.say("recovery-missing", f"Event {seq} finishes a run whose recovery was verified, without the figures of it.", seq)

    def _keeps(self, run, data, kept, asked):
        kept, asked = data.get(kept), data.get(asked)
        if kept is None and asked is None:
            return True
        if not is_whole(asked, 0) or not is_whole(kept):
            return False
        return kept == max(min(self.LEAST_WAIT, asked), math.floor(asked / run.factor + 0.5))

    def _started_wait(self, run, data, seq, names):
        if run.factor == 1:
            is_right = "compress" not in data
        else:
            is_right = factor_in(data.get("compress")) == run.factor and all(self._keeps(run, data, name, "text_" + name) for name in names)
        if not is_right:
            self.say("compress-differs", f"Event {seq} keeps other times than those of its text, divided by what the run was begun with.", seq)

    def _gate_started(self, run, _body, data, seq, _now):
        self._started_wait(run, data, seq, ("every_ms", "for_ms", "within_ms"))

    def _soak_started(self, run, _body, data, seq, _now):
        self._started_wait(run, data, seq, ("ms",))

    @staticmethod
    def _is(value, wanted):
        """Null or nothing for None, and a number for a number: True is no 1 here."""
        return value is None if wanted is None else is_whole(value) and value == wanted

    def _disaster_declared(self, run, body, data, seq, now):
        end, said = run.good.get(run.declares), moment_ms(data.get("at"))
        by_hand = self._is(data.get("of"), 0)
        moment = now if by_hand and data.get("at") == "" else said
        of_step = (
            end is not None and run.disaster is None and body["subject"]["step"] == run.declares
            and self._is(data.get("of"), end[0]) and moment == end[1]
        )
        of_person = by_hand and not _BLANK.fullmatch(body["reason"]) and moment is not None and moment <= now + Deeds.AHEAD
        is_correction = body["corrects"] == (0 if run.disaster is None else run.disaster[0])
        targets = [data[key] if is_whole(data.get(key), 0) else None for key in ("rto_ms", "rpo_ms")]
        if not (of_step or (of_person and is_correction)) or run.is_verified or targets != [run.rto, run.rpo]:
            self.say("declared-differs", f"Event {seq} declares a disaster at a moment that nothing before it gives.", seq)
        run.disaster = (seq, now if moment is None else moment)

    def _recovery_measured(self, run, body, data, seq, _now):
        moment, name = moment_ms(data.get("last_write")), data.get("name")
        said = printed_moment(data["said"]) if is_text(data.get("said")) else None
        is_played = data.get("played") is True
        shift = data["shift_ms"] if is_played and is_whole(data.get("shift_ms")) else 0
        is_right = (
            run.blocks.get(self._block(body)) == "passed"
            and is_text(name) and name in run.probes
            and moment is not None and said is not None and said + shift == moment
            and (run.is_replay or not is_played)
            and self._is(data.get("lost_ms"), None if run.disaster is None else max(0, run.disaster[1] - moment))
        )
        if not is_right:
            self.say("measured-differs", f"Event {seq} says of the last write what its block did not measure.", seq)
        if is_text(name) and moment is not None:
            run.writes[name] = (seq, moment)

    def _recovery_verified(self, run, body, data, seq, _now):
        run.is_verified = True
        if not self._follows(run, body["subject"]["step"], data):
            self.say("recovery-differs", f"Event {seq} gives figures of a recovery that do not follow from the events before it.", seq)

    def _follows(self, run, step, data):
        end, disaster = run.good.get(run.verifies), run.disaster
        if end is None or disaster is None or run.verifies == "" or step != run.verifies or end[1] < disaster[1]:
            return False
        rto = end[1] - disaster[1]
        lost = [
            {"seq": run.writes[name][0], "name": name, "lost_ms": max(0, disaster[1] - run.writes[name][1])}
            for name in run.probes
            if name in run.writes
        ]
        wanted = {
            "of": end[0], "declared": disaster[0], "rto_ms": rto, "rto_target_ms": run.rto, "measured": lost,
            "rpo_ms": max(one["lost_ms"] for one in lost) if lost else None, "rpo_target_ms": run.rpo,
            "clocks_parted_ms": sum(ms for at, ms in self.parted if disaster[0] < at < end[0]),
        }
        if run.factor == 1:
            if "waited_ms" in data or "rto_text_ms" in data:
                return False
        else:
            waited = run.waited(end[1])
            wanted.update(waited_ms=waited, rto_text_ms=rto + math.floor(waited * (run.factor - 1) + 0.5))
        if moment_ms(data.get("at")) != end[1] or moment_ms(data.get("declared_at")) != disaster[1]:
            return False
        return all(same(data.get(key, MISSING), value) for key, value in wanted.items())


# ── signatures, categories, decisions ─────────────────────────────────────────────────────────────────────────────────


class Signed:
    """A signature on record."""

    def __init__(self, seq, told, is_alone):
        signer, subject = told["signer"], told["subject"]
        self.id, self.seq, self.meaning = told["id"], seq, told["meaning"]
        self.kind, self.about = subject["kind"], subject["id"]
        self.role, self.who, self.key = signer["role"], signer["op_id"], signer["key_id"]
        self.principal = told["on_behalf_of"] or self.who
        self.digest, self.state, self.is_named = subject["digest"], "valid", False
        self.head, self.is_overtaken, self.was_alone = told.get("head"), False, is_alone

    def counts(self):
        return self.state == "valid" and self.meaning != "rejected"

    def people(self):
        return {self.who, self.principal}


class Subject:
    """What there is to sign: its digest (None: not to be told from the log), the events and the text it rests on."""

    def __init__(self, digest, covered, plan, roles=None, barred=(), only=None):
        self.digest, self.covered, self.plan, self.roles, self.barred = digest, covered, plan, roles, set(barred)
        self.only = only


class Step:
    """A step of a run, as the hold points after it see it."""

    def __init__(self, told):
        self.id, self.text, self.is_way_back = words(told.get("id")), words(told.get("sha256")), told.get("way_back") is True
        self.is_removed, self.has_begun = False, False
        self.begin()

    def begin(self):
        self.verdict, self.judgement, self.is_passed_over, self.is_done = "", "", False, False

    def row(self, ended):
        told = {"id": self.id, "text": self.text, "verdict": self.verdict, "judgement": self.judgement}
        return {**told, "passed_over": self.is_passed_over, "seq": ended}


class Run:
    STATES = {"run.held": "held", "run.resumed": "active", "run.aborted": "aborted", "run.finished": "finished"}

    def __init__(self, body):
        self.seq, self.plan, self.status = body["seq"], body["subject"]["plan_sha256"], "active"
        self.steps, self.ended, self.people, self.proposal = self.steps_in(body["data"]), {}, {}, None
        self.holds, self.handover, self.skips, self.happened = {}, None, {}, 0
        self.no_return, self.after, self.is_after_told, self.may_verify = set(), set(), False, True

    @staticmethod
    def steps_in(data):
        return [Step(one) for one in rows_of(data.get("steps")) if type(one) is dict]

    def place(self, step):
        """Where the step stands; the last of that name."""
        return max((i for i, one in enumerate(self.steps) if one.id == step), default=None)

    def before(self, place):
        return [one for one in self.steps[:place] if not one.is_way_back and not one.is_removed]

    def changes_to(self, fresh):
        """What another text adds, changes, leaves and removes."""
        own = [one for one in self.steps if not one.is_removed]
        texts, names = {one.id: one.text for one in own}, {one.id for one in fresh}
        kinds = [(one.id, "added" if one.id not in texts else "same" if texts[one.id] == one.text else "changed") for one in fresh]
        kinds += [(one.id, "removed") for one in own if one.id not in names]
        return [{"id": name, "change": kind} for name, kind in kinds]

    def amend(self, fresh, plan):
        """The new text's steps; what was done stays done, and beside its old neighbour where the text has it no more."""
        texts = {one.id: one.text for one in self.steps if not one.is_removed}
        known, names, now = {one.id: one for one in self.steps}, {one.id for one in fresh}, []
        for one in fresh:
            old = known.get(one.id)
            if old is not None and (old.is_done or (not old.is_removed and one.text == texts.get(one.id))):
                one.verdict, one.judgement, one.is_passed_over, one.is_done = old.verdict, old.judgement, old.is_passed_over, old.is_done
                one.has_begun = old.has_begun
            now.append(one)
        last = -1
        for old in self.steps:
            at = next((i for i, one in enumerate(now) if one.id == old.id), None)
            if at is not None:
                last = at
            elif old.id not in names and old.is_done:
                last += 1
                old.is_removed = True
                now.insert(last, old)
        self.steps, self.plan, self.proposal = now, plan, None


def words(value):
    return value if is_text(value) else ""


def rows_of(value):
    return value if type(value) is list else []


def slug(value):
    return re.sub("[^a-z0-9]+", "-", value.lower())


_REVIEWED, _FOR = "I have reviewed \u201c", " for production as "


def _cuts(text, by):
    """The pairs of what stands before and after each place of `by`, up to twenty."""
    found, at = [], text.find(by)
    while at != -1 and len(found) < 20:
        found.append((text[:at], text[at + len(by) :]))
        at = text.find(by, at + 1)
    return found


def reviews_said(statement, sha256):
    """Digests of the reviews that a sentence may say: a title may hold the words that follow it."""
    if not statement.startswith(_REVIEWED) or f"SHA-256 {sha256}" not in statement:
        return []
    said = []
    for name, _ in _cuts(statement[len(_REVIEWED) :], _FOR):
        said += [(title, version) for title, version in _cuts(name, "\u201d version ")]
        if name.endswith("\u201d"):
            said.append((name[:-1], None))
    return [Launch._hash("review", {"text": sha256, "title": title, "version": version}) for title, version in said]


def in_order(values):
    return sorted({one for one in values if one > 0})


_LOOSE = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,9}))?)?Z")


def loose_ms(value):
    """As moment_ms, also of a moment without seconds or milliseconds: what people give."""
    found = _LOOSE.fullmatch(value) if is_text(value) else None
    if found is None:
        return None
    minute, second, fraction = found.groups()
    return moment_ms(f"{minute}:{second or '00'}.{((fraction or '') + '000')[:3]}Z")


class Launch:
    SETTLES = {"signoff.added", "decision.proposed", "decision.taken", "launch.state", "launch.closed"}
    STATES = {"open", "done", "failed", "not-applicable", "waived"}
    PHASES = {"preparing", "ready", "go", "cut-over", "watch", "retrospective", "closed"}
    MEANINGS = {
        "category": ("approved", "rejected"),
        "decision": ("approved", "rejected"),
        "holdpoint": ("approved", "rejected"),
        "amendment": ("approved", "rejected"),
        "handover": ("approved", "rejected"),
        "skip": ("approved", "rejected"),
        "review": ("reviewed",),
        "briefing": ("witnessed",),
        "break-glass": ("approved",),
        "break-glass-review": ("reviewed",),
        "close": ("approved",),
    }
    CLOSERS = ["lead", "approver"]
    RISK = {"likelihood": ("low", "medium", "high"), "impact": ("low", "medium", "high"), "status": ("open", "mitigated", "accepted", "closed")}
    NAMING = {"name", "version", "context"}
    DECIDING = NAMING | {"windowStart", "windowEnd", "riskClass", "freezeException", "change", "approval"}
    BELONGS = re.compile(r"(item|evidence|decision|checklist|people|risk|launch|briefing|break_glass|condition|note|attachment)\.")
    EXECUTES = {"step.started", "block.started", "check.confirmed", "step.skipped"}
    # What makes the summary untrue that two signed for when a run went from one operator to the next.
    HAPPENS = re.compile(
        r"(?:(?:step|block|check|value|soak|loop|job|manual)\..*|run\.(?:held|resumed|amended|rollback_decided)"
        r"|gate\.(?:interrupted|resumed|gap)|note\.added|handover\.done)",
        re.DOTALL,
    )
    WHILE_SIGNING = 60_000  # a password lies between the look at the clock and the signed time; milliseconds

    def __init__(self, genesis, roster, findings, text_at):
        self.genesis, self.roster, self.findings, self.text_at = genesis, roster, findings, text_at
        self.launch = genesis["launch"] if is_text(genesis.get("launch")) else ""
        self.solo = genesis.get("solo") is True
        self.items, self.facts, self.plan = [], {}, ""
        self.asked, self.eyes, self.rule = [], {}, (self.CLOSERS, 1, [])
        self.incidents, self.settled = set(), set()
        self.loops = {}  # what a step or a person opened and must be closed again: name to run, "" for none
        self.signatures, self.decisions, self.envelopes, self.stale = {}, {}, [], []
        self.heads, self.total, self.anchored, self.is_begun = Heads(), 0, -1, False
        self.executors, self.is_alone = set(), False
        self.assigned, self.risks, self.briefings, self.glasses, self.runs, self.waivers = set(), {}, {}, {}, {}, set()
        self.phase, self.substance, self.texts = "preparing", 0, []
        self.deeds = Deeds(genesis, self.launch, roster, self.say)
        self.recovery = Recovery(self.say)

    def say(self, code, message, seq):
        self.findings.problem(code, message, self.genesis.get("log"), seq)

    def see(self, body, previous):
        seq, kind, data = body["seq"], body["type"], body["data"]
        self.heads.enter(seq, previous)
        if not self.is_begun:
            self._begin(kind, data, seq)
        # SOLO holds from the log's beginning until a second person is enrolled.
        self.is_alone = (self.solo or self.launch == "") and self.roster.count_at(moment_of(body)) < 2
        if self.phase == "closed" and self.BELONGS.match(kind):
            self.say("after-close", f"Event {seq} ({kind}) was added to a launch that was closed.", seq)
        if kind in self.SETTLES:
            self._settle()
        self._ran(body, kind, data, seq)
        self.deeds.see(body, self.runs.get(body["subject"]["run"]), self.is_alone)
        self.recovery.see(body)
        act = getattr(self, "_on_" + kind.replace(".", "_"), None) if re.fullmatch(r"[a-z_]+\.[a-z_]+", kind) else None
        if act is not None:
            act(body, data, seq)
        about = data.get("subject")
        is_of_close = kind.startswith("signoff.") and type(about) is dict and about.get("kind") == "close"
        if not (kind == "clock.step" or kind.startswith("record.") or is_of_close):
            self.substance = seq
        self.heads.leave(kind)

    def _begin(self, kind, data, seq):
        self.is_begun = True
        if kind == "launch.created":
            self.solo = self.solo or data.get("solo") is True
            if is_text(data.get("launch")) and data["launch"] != self.launch:
                self.say("launch-differs", "launch.created names another launch than the genesis.", seq)
        opened = self.genesis.get("opened_at")
        people = self.roster.count_at((opened if is_text(opened) else "", "", 0, self.genesis.get("log"), 0))
        if self.solo and people > 1:
            self.say("solo-differs", f"The log calls itself SOLO, but {people} people were enrolled when it was opened.", 0)
        if not self.solo and people < 2 and self.launch != "":
            self.say("solo-differs", "Fewer than two people were enrolled when the log was opened, and it is not labelled SOLO.", 0)
        if self.solo:
            self.findings.warning("solo", "SOLO: one person alone; the rule of four eyes was not in force.", self.genesis.get("log"), 0)

    # What was said of an item outlives a newer text of the checklist; a check counts for the text that it was made for.

    def _fact(self, item):
        empty = {"state": "open", "answer": 0, "check": None, "evidence": [], "until": None, "executors": set()}
        return self.facts.setdefault(item, empty)

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

    def _on_checklist_adopted(self, body, data, seq):
        self.plan = words(data.get("sha256"))
        self.items = [one for one in rows_of(data.get("items")) if type(one) is dict and all(is_text(one.get(name)) for name in ("id", "category", "sha256"))]
        asked = []
        for one in rows_of(data.get("categories")):
            if type(one) is dict and is_text(one.get("key")):
                roles = list(dict.fromkeys(role for role in rows_of(one.get("signoff")) if is_text(role)))
                if not roles and is_whole(one.get("eyes"), 2):
                    roles = ["approver"]
                asked.append((one["key"], roles))
                self.eyes[one["key"]] = one["eyes"] if is_whole(one.get("eyes"), 1) else 1
        self.asked, self.rule = asked, self._rule(data.get("decision"))
        text = self._text(body, "checklist")
        if text is None:
            return

        def say(is_sure, code, message):
            (self.findings.problem if is_sure else self.findings.warning)(code, message, self.genesis.get("log"), seq)

        listed = Checklist(text, seq, say)
        listed.check(self.items, [one for one in rows_of(data.get("categories")) if type(one) is dict])
        has_rule, told = listed.decision()
        if has_rule is None:
            return
        said = words(data.get("decision"))
        if said not in ("", "{}") if not has_rule else self._rule_of(told) != self.rule:
            self.say("checklist-rule", f"Event {seq} has another rule for the decision than its text.", seq)
        if not has_rule:
            # A list that says nothing is held to both.
            self.rule = (*self.rule[:2], ["all-categories-signed", "no-open-blockers"])

    def _text(self, body, name):
        """The text that an event puts in force; None where it cannot be read, which is said."""
        seq = body["seq"]
        if not any(one["name"] == name for one in body["payloads"]):
            self.say("text-missing", f"Event {seq} puts a text in force and does not carry it.", seq)
            return None
        text = self.text_at(self.genesis.get("log"), seq, name)
        if text is not None and not text.is_read:
            self.findings.warning("text-unread", f"The text of event {seq} is not UTF-8: its lines are not compared.", self.genesis.get("log"), seq)
        return text if text is not None and text.is_read else None

    def _rule(self, said):
        """Roles that take the decision, how many people, and the words of its rule, as the checklist says."""
        try:
            value = json.loads(said, parse_constant=_no_number) if is_text(said) else None
        except (ValueError, RecursionError):
            value = None
        return self._rule_of(value if type(value) is dict else {})

    def _rule_of(self, value):
        def texts(given):
            parts = given.split(",") if is_text(given) else [one for one in rows_of(given) if is_text(one)]
            return [one for one in (_trim(one) for one in parts) if one]

        named, eyes = texts(value.get("signoff")), value.get("eyes")
        if is_text(eyes) and re.fullmatch("[0-9]{1,6}", eyes):
            eyes = int(eyes)
        if type(eyes) is float and eyes.is_integer():
            eyes = int(eyes)
        said = texts(value.get("rule")) + texts(value.get("and"))
        return (list(dict.fromkeys(named)) or self.CLOSERS, eyes if is_whole(eyes, 1) else 1, said)

    def _on_item_answered(self, body, data, seq):
        state = body["outcome"] or data.get("state")
        fact = self._touched(body, data)
        fact["state"] = state if is_text(state) and state in self.STATES else "open"
        fact["answer"], fact["until"] = seq, loose_ms(data.get("expires"))
        if not is_text(data.get("item")):
            return
        if fact["state"] in ("waived", "not-applicable") and _BLANK.fullmatch(body["reason"]):
            self.say("reason-missing", f"Event {seq} says that {data['item']} is {fact['state']} and gives no reason.", seq)
        if fact["state"] == "waived":
            self._waived(body, data, seq)

    def _waived(self, body, data, seq):
        """A waiver carries what an approver, another person, signed: which items, until when, why."""
        envelope, item, asker = data.get("envelope"), data["item"], body["actor"]["op_id"]
        told = envelope["payload"] if is_envelope(envelope) and envelope["payloadType"] == WAIVER else {}
        signer = told.get("signer")
        if type(signer) is not dict or not is_text(signer.get("op_id")):
            self.say("waiver-unsigned", f"Event {seq} waives {item} without the signature of an approver.", seq)
            return
        who, key_id, sig = signer["op_id"], envelope["signatures"][0]["keyid"], envelope["signatures"][0]["sig"]
        version = self.roster.at(who, moment_of(body))
        is_key = version is not None and version["status"] == "active" and version["key_id"] == key_id
        if not is_key or not signed_by(envelope, WAIVER, version["public_key"]):
            self.say("waiver-signature", f"The signature of the waiver of event {seq} is not one of {who} with the key in force then.", seq)
        wanted = {"v": 1, "kind": "waiver", "launch": self.launch, "asked_by": asker, "reason": body["reason"]}
        wanted.update(install_id=self.genesis.get("install_id"), log=self.genesis.get("log"), expires=data.get("expires", MISSING))
        fits = all(same(told.get(name, MISSING), value) for name, value in wanted.items())
        fits = fits and item in [one for one in rows_of(told.get("items")) if is_text(one)]
        fits = fits and is_text(signer.get("name")) and (data.get("approver"), data.get("approver_name")) == (who, signer["name"])
        if version is not None:
            fits = fits and (signer["name"], signer.get("title"), signer.get("key_id")) == (version["name"], version["title"], key_id)
        if not fits:
            self.say("waiver-differs", f"What {who} signed is not the waiver of event {seq}.", seq)
        until = loose_ms(data.get("expires"))
        if until is None or until + self.WHILE_SIGNING <= moment_ms(body["ts_utc"]):
            self.say("waiver-expired", f"The waiver of event {seq} has no end to come.", seq)
        if (sig, item) in self.waivers:
            self.say("waiver-again", f"The approval of the waiver of event {seq} was used for {item} before.", seq)
        self.waivers.add((sig, item))
        if self.is_alone:
            return
        if who == asker:
            self.say("waiver-by-asker", f"{who} asked for the waiver of event {seq} and approved it.", seq)
        roles = self.roster.roles_at(who, moment_of(body))
        if version is not None and ("approver" not in roles or "admin" in roles):
            self.say("waiver-not-approver", f"{who}, who approved the waiver of event {seq}, was no approver then, or keeps the roster.", seq)

    def _on_item_checked(self, body, data, seq):
        self._touched(body, data)["check"] = (seq, data.get("item_sha256"))

    def _on_evidence_added(self, body, data, seq):
        fact = self._touched(body, data)
        fact.setdefault("evidence", []).append(seq)
        if data.get("kind") == "run" and is_text(data.get("item")):
            self.recovery.evidence(body, data, seq)
        # Output of a command, or a whole run: who ran it has done what the item asks for, whoever brings it.
        sources = [data[name] for name in ("output", "run") if type(data.get(name)) is dict]
        for one in [each for source in sources for each in rows_of(source.get("ran_by"))]:
            who = words(one.get("op_id")) if type(one) is dict else ""
            if who not in ("", "engine"):
                fact.setdefault("executors", set()).add(who)

    def _on_evidence_removed(self, _body, data, _seq):
        gone = data.get("seq")
        for fact in self.facts.values():
            fact["evidence"] = [at for at in fact["evidence"] if not (is_whole(gone) and at == gone)]

    # Facts of the launch that decisions rest on.

    def _on_people_assigned(self, _body, data, _seq):
        self.assigned.add((words(data.get("role")), words(data.get("op_id"))))

    def _on_people_unassigned(self, _body, data, _seq):
        self.assigned.discard((words(data.get("role")), words(data.get("op_id"))))

    def _on_launch_state(self, _body, data, _seq):
        if is_text(data.get("to")) and data["to"] in self.PHASES:
            self.phase = data["to"]

    def _on_launch_changed(self, _body, data, _seq):
        fields = set(data["changes"]) if type(data.get("changes")) is dict else set()
        for one in self.signatures.values():
            touching = {"category": self.NAMING, "decision": self.DECIDING}.get(one.kind, set())
            if one.counts() and fields & touching:
                one.is_overtaken = True

    def _on_risk_set(self, _body, data, _seq):
        names = ("id", "risk", "likelihood", "impact", "controls", "owner", "status")
        # Once the cut-over has begun, the decision has been acted on: risks do not change it any more.
        if self.phase not in ("preparing", "ready", "go") or not all(is_text(data.get(name)) for name in names):
            return
        if any(data[name] not in allowed for name, allowed in self.RISK.items()) or _BLANK.fullmatch(data["risk"]):
            return
        lengths = [len(data[name].encode("utf-16-le")) // 2 for name in ("risk", "controls")]
        if lengths[0] <= 500 and lengths[1] <= 2000:
            self.risks[data["id"]] = {name: data[name] for name in names}

    def _on_note_added(self, _body, data, seq):
        if data.get("kind") == "incident":
            self.incidents.add(seq)

    def _on_note_closed(self, _body, data, _seq):
        if is_whole(data.get("seq")):
            self.incidents.discard(data["seq"])

    def _on_loop_opened(self, body, data, _seq):
        self.loops[words(data.get("name"))] = body["subject"]["run"]

    def _on_loop_closed(self, _body, data, _seq):
        self.loops.pop(words(data.get("name")), None)

    def _on_run_finished(self, body, _data, seq):
        run = body["subject"]["run"]
        if body["reason"] == "" and run != "" and run in self.loops.values():
            self.say("finish-over-open", f"Event {seq} finishes a run over what it opened, without a reason.", seq)

    def _on_condition_closed(self, _body, data, _seq):
        self.settled.add((words(data.get("decision")), data["index"] if is_whole(data.get("index"), 0) else -1))

    def _on_briefing_held(self, _body, data, seq):
        self.briefings[seq] = words(data.get("text"))

    def _on_break_glass_opened(self, body, data, seq):
        kind = data.get("kind")
        kind = kind if is_text(kind) and kind in ("approver-absent", "no-go-override") else "outside-window"
        self.glasses[seq] = {"kind": kind, "reason": body["reason"], "by": body["actor"]["op_id"], "confirmed": False, "reviewed": False}

    def _glass(self, seq):
        return self.glasses.get(seq) if is_whole(seq) else None

    # Runs, as far as hold points and reviews need them.

    def _ran(self, body, kind, data, seq):
        name, actor = body["subject"]["run"], body["actor"]["op_id"]
        if name == "":
            return
        if kind == "run.started":
            self.runs[name] = Run(body)
            self._read_plan(body, self.runs[name])
            self._learn(self.runs[name].plan, data)
        run, step = self.runs.get(name), body["subject"]["step"]
        if run is None:
            return
        run.status = Run.STATES.get(kind, run.status)
        if kind == "handover.proposed":
            run.handover = (seq, words(data.get("from")), words(data.get("to")))
        elif kind == "handover.refused":
            run.handover = None
        elif kind == "handover.done":
            self._handed_over(name, run, data, seq)
        is_signed = kind == "step.skipped" and "proposed" in data
        if kind == "skip.proposed":
            run.skips[step] = (seq, body["subject"]["cluster"], actor)
        elif kind in ("skip.refused", "step.started"):
            run.skips.pop(step, None)
        elif kind == "cluster.checked" and data.get("state") != "unreachable":
            # What was asked for while the cluster was away is over when it answers.
            run.skips = {key: one for key, one in run.skips.items() if one[1] != data.get("name")}
        if is_signed:
            self._skipped_away(name, run, body, data, seq)
        if kind == "step.skipped":
            run.skips.pop(step, None)
        if self.HAPPENS.fullmatch(kind):
            run.happened = seq
        if kind == "run.amendment_proposed":
            changes = [{key: words(one.get(key)) for key in ("id", "change")} for one in rows_of(data.get("changes")) if type(one) is dict]
            run.proposal = {"seq": seq, "by": actor, "sha256": words(data.get("sha256")), "changes": changes}
            self._text(body, "plan")
        elif kind == "run.amendment_rejected":
            run.proposal = None
        elif kind == "run.amended":
            self._amended(name, run, data, seq)
            self._read_plan(body, run)
        if kind in ("step.ended", "step.judged", "step.skipped"):
            run.ended[step] = seq
        if kind in self.EXECUTES and actor not in ("", "engine"):
            run.people.setdefault(step, set()).add(actor)
        place = run.place(step)
        if place is not None:
            own = run.steps[place]
            if kind == "step.started" or (kind == "block.started" and not own.has_begun):
                self._released(name, run, place, seq)
            elif kind == "step.skipped" and not own.has_begun and (is_signed or actor != "engine"):
                self._held(name, run, own, seq)
            self._stepped(own, body, kind, data)

    def _read_plan(self, body, run):
        """Roles that the steps of a text ask for before they start, and its ways back. A launch's own checklist has no steps."""
        text, seq = self._text(body, "plan"), body["seq"]
        run.holds, run.no_return, run.after, run.is_after_told = {}, set(), set(), False
        if text is None or (self.launch != "" and run.plan == self.plan):
            return
        steps = [(one.id, one.text) for one in Run.steps_in(body["data"])]
        run.holds, run.no_return, unplaced = hold_points(text, steps)
        run.after, run.is_after_told, run.may_verify = ways_back(text, steps)
        for line, roles, is_sure in unplaced:
            add = self.findings.problem if is_sure else self.findings.warning
            message = f"Line {line + 1} of the text of event {seq} asks for the signature of {', '.join(roles)}, and no step of the event holds it."
            add("hold-point-unplaced", message, self.genesis.get("log"), seq)

    def _held(self, name, run, step, seq):
        missing = list(run.holds.get(step.id, []))
        for one in self._standing("holdpoint", f"{name}/{step.id}") if missing else []:
            if one.role in missing:
                missing.remove(one.role)
        if missing:
            self.say("hold-point-unsigned", f'Event {seq} goes past the hold point "{step.id}" without the signature of {", ".join(missing)}.', seq)

    def _released(self, name, run, place, seq):
        """A step starts: its own hold point is released, and for a step of the main path those before it that were not begun."""
        self._held(name, run, run.steps[place], seq)
        if run.steps[place].is_way_back or not run.holds:
            return
        for one in run.before(place):
            if not one.has_begun and not one.is_done:
                self._held(name, run, one, seq)

    @staticmethod
    def _stepped(step, body, kind, data):
        if kind in ("step.started", "block.started"):
            step.has_begun = True
        if kind == "step.started":
            step.begin()
        elif kind == "block.started" and data.get("background") is not True:
            step.is_done = False
        elif kind == "step.ended":
            step.verdict = body["outcome"] if body["outcome"] in ("passed", "failed", "skipped") else "unknown"
            step.is_done = True
        elif kind == "step.judged":
            step.judgement = "accepted" if body["outcome"] == "accepted" else "rejected"
        elif kind == "step.skipped":
            if step.is_done and step.verdict != "":
                step.is_passed_over = True
            else:
                step.verdict, step.is_done = "skipped", True

    def _learn(self, plan, data):
        version = data.get("version") if is_text(data.get("version")) else None
        self.texts.append((plan, words(data.get("title")), version, words(data.get("owner"))))

    def _handover_digest(self, name, run):
        seq, giver, taker = run.handover
        return self._hash("handover", {"run": name, "proposed": seq, "from": giver, "to": taker, "last": run.happened})

    def _handed_over(self, name, run, data, seq):
        """Another person operates the run: both have signed what was proposed, and nothing has happened in between."""
        is_told, by = False, set()
        if run.handover is not None:
            at, giver, taker = run.handover
            is_told = same(data.get("proposed", MISSING), at) and data.get("from") == giver and data.get("to") == taker and giver != taker
            digest = self._handover_digest(name, run)
            by = {one.who for one in self._standing("handover", f"{name}/{at}") if one.digest == digest}
            is_told = is_told and {giver, taker} <= by
        if not is_told:
            self.say("handover-unsigned", f"Event {seq} hands the run over without the signatures of both over what was proposed.", seq)
        run.handover = None

    def _handover(self, name):
        run, slash, about = name.partition("/")
        own = self.runs.get(run) if slash else None
        if own is None or own.handover is None or str(own.handover[0]) != about:
            return None
        only = own.handover[1:]
        return Subject(self._handover_digest(run, own), [own.seq, own.handover[0]], own.plan, None, (), only)

    def _skip_digest(self, name, step, asked):
        return self._hash("skip", {"run": name, "step": step, "proposed": asked[0], "cluster": asked[1]})

    def _skipped_away(self, name, run, body, data, seq):
        """A step whose cluster did not answer is gone past: one asked for it, another has signed."""
        step, is_told = body["subject"]["step"], False
        asked = run.skips.get(step)
        if asked is not None:
            at, cluster, by = asked
            is_told = same(data.get("proposed", MISSING), at) and data.get("proposed_by") == by and body["subject"]["cluster"] == cluster
            digest = self._skip_digest(name, step, asked)
            over = [one for one in self._standing("skip", f"{name}/{at}") if one.digest == digest and (self.is_alone or one.who != by)]
            is_told = is_told and len(over) > 0
            # Who asked for it has done it: that person signs nothing that rests on it.
            run.people.setdefault(step, set()).add(by)
        if not is_told:
            message = f"Event {seq} goes past a step whose cluster was away without a second person's signature over what was asked."
            self.say("skip-unsigned", message, seq)

    def _skip(self, name):
        run, slash, about = name.partition("/")
        own = self.runs.get(run) if slash else None
        found = [(step, asked) for step, asked in own.skips.items() if str(asked[0]) == about] if own is not None else []
        if not found:
            return None
        step, asked = found[0]
        return Subject(self._skip_digest(run, step, asked), [own.seq, asked[0]], own.plan, None, {asked[2]})

    def _amendment_digest(self, name, run):
        value = {"run": name, "from": run.plan, "to": run.proposal["sha256"], "changes": run.proposal["changes"]}
        return self._hash("amendment", value)

    def _amended(self, name, run, data, seq):
        """Another text is in force: proposed by one, signed by another."""
        told, plan, fresh = run.proposal, words(data.get("to")), Run.steps_in(data)
        over = []
        if told is not None:
            digest = self._amendment_digest(name, run)
            over = [one for one in self._standing("amendment", f"{name}/{plan}") if one.digest == digest]
        self._enough(over, 1, seq, "amendment-without-signature")
        is_told = told is not None and data.get("from") == run.plan and plan == told["sha256"]
        if not is_told or not same(data.get("proposed", MISSING), told["seq"]) or run.changes_to(fresh) != told["changes"]:
            self.say("amendment-differs", f"Event {seq} puts another text in force than was proposed and signed.", seq)
        run.amend(fresh, plan)
        self._learn(plan, data)

    # What there is to sign, as it stands: None where there is no such thing now.

    def _subject(self, kind, about):
        found = {
            "category": self._category,
            "decision": self._decision,
            "briefing": self._briefing,
            "break-glass": lambda name: self._broken(name, False),
            "break-glass-review": lambda name: self._broken(name, True),
            "close": self._close,
            "holdpoint": self._hold_point,
            "amendment": self._amendment,
            "handover": self._handover,
            "skip": self._skip,
            # A review is of a text: its digest is held against the runs of that text, where there are any.
            "review": lambda name: Subject(None, [], name) if is_hash(name) else None,
        }[kind]
        return found(about)

    @staticmethod
    def _hash(domain, value):
        return sha_hex(f"holdpoint/{domain}/v1\0".encode("ascii"), canonical(value).encode("utf-8"))

    @staticmethod
    def _number(name):
        return int(name) if re.fullmatch("[1-9][0-9]{0,15}", name) else 0

    def _covered(self, category):
        """The items of a category. Computed ones are left out; where they are not marked, they are those nobody could answer."""
        mine = [item for item in self.items if item["category"] == category]
        return [item for item in mine if (item["derived"] in (None, "") if "derived" in item else item["id"] in self.facts)]

    def _rows(self, category):
        rows = []
        for item in self._covered(category):
            fact = self._fact(item["id"])
            check = fact["check"]
            is_standing = check is not None and check[1] == item["sha256"]
            row = {"id": item["id"], "text": item["sha256"], "state": fact["state"], "answer": fact["answer"]}
            rows.append({**row, "check": check[0] if is_standing else 0, "evidence": fact["evidence"]})
        return rows

    def _digest(self, category):
        return self._hash("items", self._rows(category))

    def _category(self, key):
        roles = next((roles for name, roles in self.asked if name == key), None)
        rows = self._rows(key)
        if not rows or roles is None:
            return None
        seqs = [seq for row in rows for seq in (row["answer"], row["check"], *row["evidence"])]
        barred = set().union(*(self._fact(row["id"])["executors"] for row in rows))
        return Subject(self._digest(key), in_order(seqs), self.plan, roles, barred)

    def _basis(self, decision):
        """The digest of what a decision rests on now: categories with their signatures, risks, waivers."""
        categories = []
        for key, roles in self.asked:
            if roles:
                digest = self._digest(key)
                over = [one for one in self.signatures.values() if (one.kind, one.about, one.state, one.digest) == ("category", key, "valid", digest)]
                categories.append({"key": key, "digest": digest, "signatures": [one.id for one in over]})
        waivers = [item["id"] for item in self.items if self._fact(item["id"])["state"] == "waived"]
        told = {"outcome": decision["outcome"], "conditions": decision["conditions"], "categories": categories}
        return self._hash("decision", {**told, "risks": list(self.risks.values()), "waivers": waivers})

    def _decision(self, name):
        known = self.decisions.get(name)
        if known is None:
            return None
        over = [one.seq for one in self.signatures.values() if one.kind == "category" and one.state == "valid"]
        return Subject(known["digest"], in_order([known["seq"], *over]), self.plan, known["roles"], self.executors)

    def _briefing(self, name):
        seq = self._number(name)
        if seq not in self.briefings:
            return None
        return Subject(self._hash("briefing", {"launch": self.launch, "seq": seq, "text": self.briefings[seq]}), [seq], self.plan)

    def _broken(self, name, is_review):
        seq = self._number(name)
        known = self.glasses.get(seq)
        if known is None or known["confirmed"] is not is_review or known["reviewed"]:
            return None
        value = {"launch": self.launch, "seq": seq, "kind": known["kind"], "reason": known["reason"], "review": is_review}
        return Subject(self._hash("break-glass", value), [seq], self.plan, None, {known["by"]})

    def _close(self, name):
        return Subject(self._close_digest(), [self.substance], self.plan, self.CLOSERS) if name == self.launch else None

    def _close_digest(self):
        return self._hash("close", {"launch": self.launch, "last": self.substance})

    def _hold_point(self, name):
        run, slash, step = name.partition("/")
        if not slash or run not in self.runs:
            return None
        own = self.runs[run]
        place = own.place(step)
        if place is None:
            return None
        before = own.before(place)
        ended = [own.ended.get(one.id, 0) for one in before]
        rows = [one.row(seq) for one, seq in zip(before, ended)]
        value = {"run": run, "step": step, "text": own.steps[place].text, "plan": own.plan, "before": rows}
        barred = set().union(*(own.people.get(one.id, set()) for one in before)) if before else set()
        return Subject(self._hash("holdpoint", value), in_order([own.seq, *ended]), own.plan, None, barred)

    def _amendment(self, name):
        run, slash, text = name.partition("/")
        told = self.runs[run].proposal if slash and run in self.runs else None
        if told is None or told["sha256"] != text:
            return None
        own = self.runs[run]
        return Subject(self._amendment_digest(run, own), [own.seq, told["seq"]], text, None, {told["by"]})

    def _settle(self):
        """Every standing signature must still fit what it covers, or have been invalidated."""
        known = {}
        for one in self.signatures.values():
            if not one.counts() or one.is_named:
                continue
            if one.kind == "category":
                if (one.kind, one.about) not in known:
                    known[(one.kind, one.about)] = self._digest(one.about)
            elif one.kind == "decision":
                decision = self.decisions.get(one.about)
                if decision is None or decision["status"] not in ("open", "taken"):
                    continue
                if (one.kind, one.about) not in known:
                    known[(one.kind, one.about)] = self._basis(decision)
            else:
                continue
            if one.is_overtaken or known[(one.kind, one.about)] != one.digest:
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
        if one is None or not self.roster.order.not_after(one["at"], moment):
            self.say("delegation-missing", f"Event {seq} is signed on behalf of {giver} without a delegation.", seq)
            return
        if one["from"] != giver or one["to"] != who or (one["roles"] and role not in one["roles"]):
            self.say("delegation-of-another", f"The delegation of event {seq} is not from {giver} to {who} for the role {role}.", seq)
        is_lost = role in ROSTER_ROLES and role not in self.roster.roles_at(giver, moment)
        is_mixed = role == "approver" and "admin" in self.roster.roles_at(who, moment)
        if role == "admin" or is_lost or is_mixed:
            self.say("delegation-not-held", f"The role {role} of event {seq} was not {giver}'s to hand on to {who}.", seq)
        if one["until"] <= moment[0] or one["until"] <= told["at"]:
            self.say("delegation-expired", f"The delegation of event {seq} had run out.", seq)
        if self.roster.is_ended(one, moment):
            self.say("delegation-revoked", f"The delegation of event {seq} had been revoked.", seq)

    def _holds(self, who, role, moment):
        """Assigned to the role in the launch, of that role by the roster, or outside of any launch by the title there."""
        if (role, who) in self.assigned:
            return True
        version = self.roster.at(who, moment)
        if version is None:
            return False
        return role in self.roster.roles_at(who, moment) or (self.launch == "" and slug(words(version["title"])) == slug(role))

    def _entitled(self, one, now, moment):
        """Role asked and held, right, and who may not. One alone may everything that was asked."""
        seq = one.seq
        if now.roles is not None and one.role not in now.roles:
            self.say("signature-role", f"Event {seq} is signed as {one.role}; {', '.join(now.roles) or 'nobody'} was asked.", seq)
        if self.is_alone:
            return
        is_absent = any(glass["kind"] == "approver-absent" and glass["confirmed"] and not glass["reviewed"] for glass in self.glasses.values())
        if not is_absent and not self._holds(one.principal, one.role, moment):
            self.say("signer-not-in-role", f"{one.principal} was not {one.role} when event {seq} was signed.", seq)
        if one.people() & now.barred:
            codes = {"break-glass": "glass-by-one", "break-glass-review": "glass-by-one", "amendment": "signer-author", "skip": "signer-author"}
            message = f"{one.who} signed {one.kind} {one.about} (event {seq}), but opened, proposed or executed what it covers."
            self.say(codes.get(one.kind, "signer-executed"), message, seq)
        if one.kind in ("briefing", "skip"):
            return
        if one.kind == "handover":
            if one.who not in now.only or one.people() != {one.who}:
                self.say("handover-by-another", f"{one.who}, who signed event {seq}, neither gave nor took the run.", seq)
            if one.who == now.only[1] and not {"operator", "lead"} & set(self.roster.roles_at(one.who, moment)):
                message = f"{one.who}, who took the run over by event {seq}, was neither operator nor lead by the roster."
                self.say("signer-without-right", message, seq)
            return
        if not {"approver", "lead"} & set(self.roster.roles_at(one.who, moment)):
            self.say("signer-without-right", f"{one.who}, who signed event {seq}, was neither approver nor lead by the roster.", seq)
        if one.role != "lead" and any("admin" in self.roster.roles_at(who, moment) for who in one.people()):
            self.say("signer-admin", f"Event {seq} is signed as {one.role} by or for somebody who keeps the roster.", seq)

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
        one = Signed(seq, told, self.is_alone)
        if one.counts():
            for other in self._standing(one.kind, one.about):
                if other.role == one.role if self.is_alone else other.people() & one.people() or other.key == one.key:
                    self.say("signer-twice", f"Events {other.seq} and {seq} are signatures of one person over the same subject.", seq)
        self._held_against(one, told, moment_of(body))
        self.signatures[one.id] = one

    def _held_against(self, one, told, moment):
        """What the signature says of its subject, held against the events before it."""
        seq, plan = one.seq, told["subject"]["plan_sha256"]
        if one.kind not in self.MEANINGS:
            self.say("signature-kind", f"Event {seq} signs a {one.kind}, which nobody can sign.", seq)
            return
        if one.meaning not in self.MEANINGS[one.kind]:
            self.say("signature-meaning", f"Event {seq} signs a {one.kind} as {one.meaning}.", seq)
        if one.meaning == "rejected" and _BLANK.fullmatch(told["reason"]):
            self.say("reason-missing", f"Event {seq} rejects without a reason.", seq)
        now = self._subject(one.kind, one.about)
        if now is None:
            self.say("signature-digest", f"Event {seq} signs a {one.kind} that was not there, or not to be signed then.", seq)
            return
        if one.kind == "review" and one.digest not in reviews_said(words(told["statement"]), one.about):
            self.say("signature-digest", f"The review of event {seq} is of another title, version or text than its sentence says.", seq)
        if now.digest is not None and now.digest != one.digest:
            self.say("signature-digest", f"The signature of event {seq} covers something else than its {one.kind} was then.", seq)
        if not same(told["subject"].get("covered", MISSING), now.covered):
            self.say("signature-covered", f"The signature of event {seq} names other events than those that it rests on.", seq)
        if now.plan != plan:
            self.say("signature-plan", f"The signature of event {seq} is over another text than the one in force then.", seq)
        self._entitled(one, now, moment)
        if one.meaning != "rejected":
            self._ready(one, loose_ms(told["at"]))

    def _ready(self, one, at):
        """What nobody could have approved then."""
        own = self._covered(one.about) if one.kind == "category" else self.items if one.kind == "decision" else []
        facts = [self._fact(item["id"]) for item in own]
        over = [fact for fact in facts if fact["state"] == "waived" and fact["until"] is not None and at is not None]
        if any(fact["until"] + self.WHILE_SIGNING <= at for fact in over):
            self.say("waiver-expired", f"Event {one.seq} approves what rests on a waiver that had run out.", one.seq)
        if one.kind == "category":
            against = [other for other in self.signatures.values() if other.meaning == "rejected" and other.state != "withdrawn"]
            is_rejected = any((other.kind, other.about, other.digest) == (one.kind, one.about, one.digest) for other in against)
            if is_rejected or any(fact["state"] in ("open", "failed") for fact in facts):
                self.say("category-not-ready", f"Event {one.seq} approves {one.about} with something open, failed or rejected in it.", one.seq)
        elif one.kind == "decision":
            known = self.decisions[one.about]
            if known["status"] != "open" or self._basis(known) != known["digest"]:
                self.say("decision-overtaken", f"Event {one.seq} signs a decision that is not open, or rests on what changed.", one.seq)
        elif one.kind == "close":
            is_running = any(run.status in ("active", "held") for run in self.runs.values())
            if self.phase != "retrospective" or is_running or any(glass["confirmed"] and not glass["reviewed"] for glass in self.glasses.values()):
                message = f"Event {one.seq} closes a launch before its retrospective, or over an open run or a broken glass."
                self.say("close-too-early", message, one.seq)
            self._left_open(one.seq)

    def _left_open(self, seq):
        """No launch is closed over an incident, over what was opened and not closed, or over a condition of the decision in force."""
        due = [
            (name, index)
            for name, decision in self.decisions.items()
            if decision["status"] == "taken"
            for index in range(len(decision["conditions"]))
        ]
        if self.incidents or self.loops or any(one not in self.settled for one in due):
            message = f"Event {seq} closes a launch over an open incident, or over a condition or a loop that was not closed."
            self.say("close-over-open", message, seq)

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
            is_own = old is not None and old.state == "valid" and old.who == told["signer"]["op_id"] and old.kind in ("category", "decision")
            is_own = is_own and (old.kind, old.about, old.digest) == (subject["kind"], subject["id"], subject["digest"])
            is_own = is_own and same(subject.get("covered", MISSING), [old.seq])
            is_said = told["meaning"] == "rejected" and told["reason"] == body["reason"] and not _BLANK.fullmatch(told["reason"])
            if not is_own or not is_said:
                self.say("withdrawal-differs", f"Event {seq} takes back a signature that is not the signer's own, or one that stands.", seq)
        self._end(name, "withdrawn", seq)

    def _on_decision_proposed(self, body, data, seq):
        if not is_text(data.get("id")):
            return
        for other in self.decisions.values():
            if other["status"] == "open":
                other["status"] = "replaced"
        outcome = body["outcome"] or data.get("outcome")
        conditions = [one if type(one) is dict else {} for one in rows_of(data.get("conditions"))]
        one = {
            "seq": seq,
            "digest": words(data.get("digest")),
            "needed": data.get("needed"),
            "roles": [role for role in rows_of(data.get("roles")) if is_text(role)],
            "conditions": [{name: words(condition.get(name)) for name in ("text", "owner", "due")} for condition in conditions],
            "outcome": outcome if is_text(outcome) and outcome in ("go", "conditional-go") else "no-go",
            "status": "open",
        }
        self.decisions[data["id"]] = one
        if self._basis(one) != one["digest"]:
            self.say("decision-digest", f"What the decision of event {seq} rests on, by its digest, is not what the events before it say.", seq)
        roles, eyes, _ = self.rule
        needed = len(roles) if self.is_alone else max(len(roles), eyes)
        if not same(data.get("roles", MISSING), roles) or not same(data.get("needed", MISSING), needed):
            self.say("decision-rule", f"The decision of event {seq} asks for other signatures than the checklist: {roles}, {needed} in all.", seq)
        one["blocked"] = one["outcome"] != "no-go" and self._is_blocked(one["outcome"], rows_of(data.get("blockers")))
        if one["blocked"]:
            self.say("decision-blocked", f"The {one['outcome']} of event {seq} was proposed with something in its way.", seq)

    def _is_blocked(self, outcome, told):
        """Whether something stood against a go: by its own word, or by the items, signatures and risks before it."""
        # A conditional go may carry risks, and nothing else.
        if any(outcome == "go" or not words(one).startswith("Risk ") for one in told) or not self.items:
            return True
        must_sign, must_clear = "all-categories-signed" in self.rule[2], "no-open-blockers" in self.rule[2]
        states = {self._fact(item["id"])["state"] for key, _ in self.asked for item in self._covered(key)}
        if "failed" in states or (must_clear and "open" in states):
            return True
        for key, roles in self.asked:
            if not roles:
                continue
            digest = self._digest(key)
            said = [one for one in self.signatures.values() if (one.kind, one.about, one.digest) == ("category", key, digest)]
            if any(one.meaning == "rejected" and one.state != "withdrawn" for one in said):
                return True
            over = [one for one in said if one.counts()]
            needed = len(roles) if self.is_alone else max(len(roles), self.eyes.get(key, 1))
            if must_sign and (len(over) < needed or not {one.role for one in over}.issuperset(roles)):
                return True
        risks = [(one["likelihood"], one["impact"]) for one in self.risks.values() if one["status"] == "open"]
        critical = {("medium", "high"), ("high", "high"), ("high", "medium")}
        return must_clear and any(outcome == "go" or risk in critical for risk in risks)

    def _on_decision_withdrawn(self, _body, data, _seq):
        if is_text(data.get("id")) and data["id"] in self.decisions:
            self.decisions[data["id"]]["status"] = "withdrawn"

    def _on_decision_taken(self, _body, data, seq):
        name = data.get("id")
        known = self.decisions.get(name) if is_text(name) else None
        if known is None:
            self.say("decision-without-signatures", f"Event {seq} takes a decision that was never proposed.", seq)
            return
        over = self._standing("decision", name)
        self._enough(over, known["needed"] if is_whole(known["needed"], 1) else 1, seq, "decision-without-signatures")
        self._every(known["roles"], over, seq, "decision-without-signatures")
        if known["status"] != "open" or data.get("outcome") != known["outcome"]:
            self.say("decision-overtaken", f"Event {seq} takes a decision that was not open, or with another outcome than was signed.", seq)
        if known["blocked"]:
            self.say("decision-blocked", f"Event {seq} takes a decision that had something in its way.", seq)
        for other in self.decisions.values():
            if other["status"] == "taken":
                other["status"] = "replaced"
        known["status"] = "taken"

    def _on_launch_closed(self, _body, data, seq):
        digest = self._close_digest()
        over = [one for one in self._standing("close", self.launch) if one.digest == digest]
        self._enough(over, 1 if self.is_alone else 2, seq, "close-without-signatures")
        self._every(self.CLOSERS, over, seq, "close-without-signatures")
        self._left_open(seq)
        head = over[-1].head if over and type(over[-1].head) is dict else {}
        named = (data.get("head"), data.get("head_fingerprint"))
        is_named = is_hash(head.get("hash")) and named == (head["hash"], fingerprint_of(bytes.fromhex(head["hash"])))
        if not is_named or not same(data.get("head_seq", MISSING), head.get("seq", MISSING)):
            self.say("close-differs", f"Event {seq} does not name the head that the last signature of the close co-signed.", seq)
        self.phase = "closed"

    def _on_break_glass_confirmed(self, _body, data, seq):
        self._glass_signed("break-glass", "confirmed", data.get("seq"), seq)

    def _on_break_glass_reviewed(self, _body, data, seq):
        self._glass_signed("break-glass-review", "reviewed", data.get("seq"), seq)

    def _glass_signed(self, kind, state, opened, seq):
        self._enough(self._standing(kind, str(opened)), 1, seq, "break-glass-without-signature")
        if self._glass(opened) is not None:
            self._glass(opened)[state] = True

    def _enough(self, over, needed, seq, code):
        have = {one.role if self.is_alone else one.who for one in over}
        if len(have) < needed:
            self.say(code, f"Event {seq} needs {needed} signatures of distinct people that still stand; there are {len(have)}.", seq)

    def _every(self, roles, over, seq, code):
        missing = [role for role in roles if all(one.role != role for one in over)]
        if missing:
            self.say(code, f"Event {seq} comes without the signature of {', '.join(missing)}.", seq)

    def _reviewed(self):
        """A text is reviewed by somebody else than its author; runs of that text in this log say who wrote it."""
        for one in self.signatures.values():
            for plan, title, version, owner in self.texts:
                if one.kind != "review" or plan != one.about:
                    continue
                if not one.was_alone and owner != "" and slug(owner) in [slug(who) for who in one.people()]:
                    self.say("signer-author", f"{one.who} reviewed the text of event {one.seq} and wrote it.", one.seq)
                if self._hash("review", {"text": plan, "title": title, "version": version}) != one.digest:
                    self.say("signature-digest", f"The review of event {one.seq} is of another title or version than its text has.", one.seq)

    def finish(self):
        self._settle()
        self._reviewed()
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
            self.payloads.append((log, seq, one, self._said(body, data, one["name"])))
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

    @staticmethod
    def _said(body, data, name):
        """The SHA-256 that an event says of one of its payloads; None where it says none."""
        if name in ("checklist", "evidence", "attachment"):
            return data["sha256"] if is_text(data.get("sha256")) else None
        if name != "plan":
            return None
        where = {"run.started": body["subject"]["plan_sha256"], "run.amended": data.get("to")}
        said = where.get(body["type"], data.get("sha256"))
        if is_text(said):
            return said
        return "" if body["type"].startswith("run.") else None


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


def check_attached(files, index, attached, findings):
    used = set()
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


def check_copies(files, main, install, roster, of_main, of_install, findings):
    """Files that only repeat what the logs say must repeat exactly that."""
    lines = []
    for log, found in ((main, of_main), (install, of_install)):
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
    listed = read_index(files, findings)
    where = {(one["log"], one["seq"], one["name"]): one["file"] for one in listed["payloads"]}

    def text_at(log, seq, name):
        """A text that an event carries, by its lines; None where its bytes are not here."""
        stored = files.get(where.get((log, seq, name)))
        return None if stored is None or stored.size > Text.MAX else Text(stored.whole())

    index = install = main = launch = reviews = None
    events, beside = files.get("data/events.ndjson"), files.get("data/install.ndjson")

    def walk_install(stored):
        nonlocal roster, index, reviews
        genesis = _first_line(stored)
        if type(genesis) is dict and is_text(genesis.get("log")):
            roster, index = Roster(genesis, findings), Index(findings, genesis["log"])
            reviews = Launch(genesis, roster, findings, text_at)  # reviews of texts outside of any launch are signed in the install log

        def see(body, previous):
            roster.see(body, previous)
            if reviews is not None:
                reviews.see(body, previous)
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
            launch = Launch(genesis, roster, findings, text_at)
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
    of_reviews = reviews.finish() if reviews else None
    if is_install:
        launch = reviews
    signatures = of_reviews if is_install and reviews else launch.finish() if launch else {"total": 0, "valid": 0, "stale": 0, "withdrawn": 0}
    checkpoints = check_checkpoints(files, logs, "" if main is None else main.genesis["install_key"], findings)
    if main is not None and launch is not None:
        main.anchored = max(main.anchored, launch.anchored)
    if install is not None and reviews is not None:
        install.anchored = max(install.anchored, reviews.anchored)
    used = check_attached(files, listed, attached, findings)
    of_main = launch.envelopes if launch and not is_install else []
    of_install = sorted(roster.envelopes + (reviews.envelopes if reviews else []), key=lambda one: one[0])
    check_copies(files, main, main if install is None else install, roster, of_main, of_install, findings)
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
        **(launch.recovery.marks() if launch else {"rehearsals": [], "isRehearsal": False}),
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
    # A record of rehearsals alone says so in every line; among live runs each rehearsal is named.
    mark = "REHEARSAL " if report["isRehearsal"] else ""
    out = [] if mark else [f"REHEARSAL {run}: this run was a rehearsal" for run in report["rehearsals"]]
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
    return [plain(mark + line) for line in out]


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
            sys.stderr.write(f"name one bundle: the zip, or . inside the unpacked folder\n{usage}\n")
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
