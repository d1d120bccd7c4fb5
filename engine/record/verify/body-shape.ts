// Whether a canonical line is an event's body, key by key. Owns: the strict shape of version 1.
// Written by hand because it runs once per event of a million; engine/protocol's EventBody says the same (tested).

// Canonical lines have their keys sorted, so one comparison of the joined keys checks presence and absence at once.
const BODY_KEYS = "actor,boot,corrects,data,device,log,mono_ns,outcome,payloads,prev,reason,seq,subject,ts_utc,type,tz,tz_off_min,v";
const PARTS: readonly (readonly [part: string, keys: string])[] = [
  ["actor", "name,on_behalf_of,op_id,role,session"],
  ["device", "app,host,install,os_user"],
  ["subject", "attempt,cluster,launch,mode,plan_sha256,run,step"],
];
const TEXTS = ["boot", "outcome", "reason", "type", "tz"];
const SHA256 = /^[0-9a-f]{64}$/;
const LOG = /^(log|install)-[0-9A-HJKMNP-TV-Z]{26}$/;
const MOMENT = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/;

const keysOf = (value: unknown): string =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? Object.keys(value).join(",") : "";

/** What is wrong with it, or null where `value` is an EventBody. `value` comes from a canonical line. */
export function bodyProblem(value: unknown): string | null {
  if (keysOf(value) !== BODY_KEYS) return "it does not have exactly the keys of an event";
  const body = value as Record<string, unknown>;
  if (body["v"] !== 1) return `its version is ${String(body["v"])}, not 1; a newer Holdpoint may have written it`;
  for (const [part, keys] of PARTS) {
    if (keysOf(body[part]) !== keys) return `its ${part} does not have exactly the keys it must have`;
    for (const [key, one] of Object.entries(body[part] as object))
      if (typeof one !== (key === "attempt" ? "number" : "string")) return `its ${part}.${key} is of the wrong type`;
  }
  for (const key of TEXTS) if (typeof body[key] !== "string") return `its ${key} is not text`;
  if (!LOG.test(String(body["log"]))) return "its log is not an id";
  if (typeof body["seq"] !== "number" || body["seq"] < 1) return "its seq is not a number from 1";
  if (typeof body["corrects"] !== "number" || body["corrects"] < 0 || body["corrects"] >= body["seq"])
    return "its corrects is not an earlier seq";
  if (typeof body["tz_off_min"] !== "number") return "its tz_off_min is not a number";
  if (!SHA256.test(String(body["prev"]))) return "its prev is not a hash";
  if (!MOMENT.test(String(body["ts_utc"])) || Number.isNaN(Date.parse(String(body["ts_utc"])))) return "its ts_utc is not a moment in UTC";
  if (typeof body["mono_ns"] !== "string" || !/^\d{1,20}$/.test(body["mono_ns"])) return "its mono_ns is not a number of nanoseconds";
  if (typeof body["data"] !== "object" || body["data"] === null || Array.isArray(body["data"])) return "its data is not an object";
  return payloadsProblem(body["payloads"]);
}

function payloadsProblem(value: unknown): string | null {
  if (!Array.isArray(value)) return "its payloads are not a list";
  for (const one of value as Record<string, unknown>[]) {
    if (keysOf(one) !== "bytes,commitment,media_type,name" || typeof one["bytes"] !== "number") return "one of its payloads is malformed";
    if (typeof one["name"] !== "string" || typeof one["media_type"] !== "string" || !SHA256.test(String(one["commitment"])))
      return "one of its payloads is malformed";
  }
  return null;
}
