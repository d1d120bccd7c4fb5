// A moment as a program prints it: ISO 8601 or PostgreSQL's spelling with a zone, or seconds since 1970. Owns reading one. Pure.

const ISO = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d)?)(?:[.,](\d+))? ?(Z|UTC|[+-]\d\d(?::?\d\d)?)$/;
/** From 1973 on: shorter numbers are counts, longer ones milliseconds. */
const EPOCH = /^(\d{9,10})(?:\.(\d+))?$/;

/** Whole milliseconds since 1970, what is finer cut off: a loss is rather said too great. Null for what is none, or names no zone. */
export function momentIn(line: string): number | null {
  const epoch = EPOCH.exec(line);
  if (epoch) return Number(epoch[1]) * 1000 + thousandths(epoch[2]);
  const iso = ISO.exec(line);
  if (!iso) return null;
  const [, day, time, fraction, zone = ""] = iso;
  const offset = zone === "UTC" ? "Z" : /^[+-]\d\d$/.test(zone) ? `${zone}:00` : zone.replace(/^([+-]\d\d)(\d\d)$/, "$1:$2");
  const whole = Date.parse(`${day}T${time?.length === 5 ? `${time}:00` : time}${offset}`);
  return Number.isNaN(whole) ? null : whole + thousandths(fraction);
}

const thousandths = (digits = ""): number => Number(digits.padEnd(3, "0").slice(0, 3));
