import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { NewEvent } from "./body.ts";
import { sha256Hex } from "./chain.ts";
import { MIGRATIONS, type Migration } from "./migrations/index.ts";
import { openRecordStore, type RecordStore } from "./open.ts";
import { createWriter } from "./store.ts";
import { appendRun, DANA, mustOpen, type TestPorts, temporaryHome, testPorts } from "./testing.ts";
import { verifyDatabase } from "./verify/database.ts";

let home: string;
let remove: () => void;
let ports: TestPorts;

beforeEach(() => {
  ({ home, remove } = temporaryHome());
  ports = testPorts();
});
afterEach(() => remove());

const database = (): string => join(home, "holdpoint.db");
const open = (migrations: readonly Migration[]) => openRecordStore({ home, ports, migrations });
function must(result: ReturnType<typeof open>): RecordStore {
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}
const NEXT: Migration = {
  version: MIGRATIONS.length + 1,
  sql: "CREATE TABLE extra (a TEXT NOT NULL) STRICT; INSERT INTO extra VALUES ('x');",
};
const WRONG: Migration = { version: MIGRATIONS.length + 2, sql: "CREATE TABLE more (a TEXT) STRICT; CREATE TABLE extra (b TEXT) STRICT;" };

describe("migrations", () => {
  it("are frozen once released", () => {
    // A changed released migration would make two databases of one version differ: add a file instead of editing.
    expect(MIGRATIONS.map(({ version, sql }) => [version, sha256Hex(sql)])).toEqual([
      [1, "a34c5776cb5cad2dd223c2e807f22d41e5b02655b44c8894b280840ea23f7bd3"],
    ]);
    const store = mustOpen(home, ports);
    expect(store.database.pragma("user_version", { simple: true })).toBe(MIGRATIONS.length);
    store.close();
  });

  it("go forward after a backup that verifies, keep every row, and are on record", () => {
    const before = mustOpen(home, ports);
    const log = appendRun(before, ports, 6);
    const rows = before.events(log);
    before.close();
    const store = must(open([...MIGRATIONS, NEXT]));
    expect(store.events(log)).toEqual(rows);
    expect(store.database.prepare("SELECT a FROM extra").pluck().all()).toEqual(["x"]);
    expect(store.problem).toBeNull();
    const migrated = store.eventsOfType(store.install, ["database.migrated"]).at(-1)!.body.data;
    expect(migrated).toMatchObject({ from: MIGRATIONS.length, to: NEXT.version });
    store.close();
    const backup = String(migrated["backup"]);
    expect(readdirSync(join(home, "backups"))).toHaveLength(1);
    if (process.platform !== "win32") expect(statSync(backup).mode & 0o777).toBe(0o600);
    expect(verifyDatabase(backup)).toMatchObject({ problems: [], logs: 2 });
  });

  it("leave the database as it was when one step fails, all steps of it", () => {
    const before = mustOpen(home, ports);
    const log = appendRun(before, ports, 3);
    before.close();
    expect(open([...MIGRATIONS, NEXT, WRONG])).toMatchObject({ ok: false });
    const store = mustOpen(home, ports);
    expect(store.database.prepare("SELECT COUNT(*) FROM sqlite_schema WHERE name IN ('extra', 'more')").pluck().get()).toBe(0);
    expect(store.events(log)).toHaveLength(3);
    store.close();
  });

  it("never go back: a newer database is refused by name, unchanged, to read and to verify", () => {
    must(open([...MIGRATIONS, NEXT])).close();
    const before = sha256Hex(readFileSync(database()));
    expect(open(MIGRATIONS)).toMatchObject({
      ok: false,
      error: {
        code: "newer-database",
        message: expect.stringMatching(/holdpoint\.db has schema 2, written by a newer Holdpoint; this one knows schemas up to 1/),
      },
    });
    expect(() => verifyDatabase(database())).toThrow(expect.objectContaining({ code: "newer-database" }));
    expect(sha256Hex(readFileSync(database()))).toBe(before);
    must(open([...MIGRATIONS, NEXT])).close();
  });

  it("leave another program's database alone", () => {
    mkdirSync(home, { recursive: true });
    const other = new Database(database());
    other.exec("CREATE TABLE theirs (a)");
    other.close();
    const before = sha256Hex(readFileSync(database()));
    expect(open(MIGRATIONS)).toMatchObject({
      ok: false,
      error: { code: "record-damaged", message: expect.stringMatching(/not one of Holdpoint's/) },
    });
    expect(sha256Hex(readFileSync(database()))).toBe(before);
    expect(openRecordStore({ home, ports }), "the lock was let go").toMatchObject({ error: { code: "record-damaged" } });
  });
});

describe("a backup", () => {
  it("is a whole database with its checkpoints, verifies alone, and is on record after itself", () => {
    const store = mustOpen(home, ports);
    appendRun(store, ports, 4);
    const out = join(home, "copies", "night.db");
    const made = store.backup(out, DANA);
    expect(made).toEqual({ path: out, bytes: statSync(out).size });
    expect(store.events(store.install).at(-1)!.body).toMatchObject({
      type: "backup.made",
      actor: DANA,
      data: { path: out, sha256: sha256Hex(readFileSync(out)) },
    });
    expect(verifyDatabase(out)).toMatchObject({ verdict: "VERIFIED WITH WARNINGS", problems: [], unanchored: 0, logs: 2 });
    expect(() => store.backup(out)).toThrow(/overwrites nothing/);
    store.close();
  });

  it("carries no private key", () => {
    const store = mustOpen(home, ports);
    const out = join(home, "copies", "night.db");
    store.backup(out);
    store.close();
    const secret = readFileSync(join(home, "install.key"), "utf8").split("\n")[1]!;
    const der = Buffer.from(secret, "base64").subarray(-32);
    for (const name of readdirSync(join(home, "copies"))) {
      const bytes = readFileSync(join(home, "copies", name));
      expect(bytes.includes(der), name).toBe(false);
      expect(bytes.includes(secret), name).toBe(false);
    }
  });

  it("can be put back as a data directory of its own, and says what it lacks", () => {
    const store = mustOpen(home, ports);
    const log = appendRun(store, ports, 4);
    const out = join(home, "copies", "night.db");
    store.backup(out);
    store.close();
    const other = join(home, "restored");
    mkdirSync(other);
    writeFileSync(join(other, "holdpoint.db"), readFileSync(out));
    writeFileSync(join(other, "checkpoints.ndjson"), readFileSync(`${out}.checkpoints.ndjson`));
    const restored = mustOpen(other, ports);
    expect(restored.events(log)).toHaveLength(4);
    expect(restored.problem).toMatch(/install key \(install\.key\) is missing/);
    expect(restored.problem).not.toMatch(/does not extend/);
    restored.close();
  });
});

describe("a disk that fails", () => {
  it("that is full refuses the append, keeps the chain, and goes on when there is room", () => {
    const store = mustOpen(home, ports);
    const log = appendRun(store, ports, 4);
    const pages = store.database.pragma("page_count", { simple: true }) as number;
    store.database.pragma(`max_page_count = ${pages + 1}`);
    const big = { type: "x", actor: DANA, data: { text: "y".repeat(100_000) } };
    expect(() => store.append(log, big)).toThrow(
      expect.objectContaining({ code: "disk-full", message: expect.stringMatching(/disk is full/) }),
    );
    expect(store.head(log).seq).toBe(4);
    store.database.pragma("max_page_count = 1000000");
    expect(store.append(log, big).body.seq).toBe(5);
    expect(store.problem).toBeNull();
    store.close();
    expect(verifyDatabase(database(), { home }).problems).toEqual([]);
  });

  it("that errs on a write ends recording until the next start: a second try could lie about being durable", () => {
    const store = mustOpen(home, ports);
    const log = appendRun(store, ports, 2);
    let isFailing = false;
    // Only `prepare` of this database is answered otherwise, and only for the insert; all else is the real one.
    const failing = new Proxy(store.database, {
      get(target, key) {
        if (key !== "prepare")
          return typeof target[key as "exec"] === "function" ? target[key as "exec"].bind(target) : target[key as "open"];
        return (sql: string) => {
          const statement = target.prepare(sql);
          if (!sql.startsWith("INSERT INTO events")) return statement;
          return {
            run: (...values: unknown[]) => {
              if (isFailing) throw Object.assign(new Error("disk I/O error"), { code: "SQLITE_IOERR_FSYNC" });
              return statement.run(...values);
            },
          };
        };
      },
    });
    const writer = createWriter(failing, ports, { install: store.install, installId: store.installId, publicKey: store.installKey });
    expect(writer.appendAll(log, [{ type: "x", actor: DANA }])[0]!.body.seq).toBe(3);
    isFailing = true;
    expect(() => writer.appendAll(log, [{ type: "x", actor: DANA }])).toThrow(expect.objectContaining({ code: "record-damaged" }));
    isFailing = false;
    expect(() => writer.appendAll(log, [{ type: "x", actor: DANA }])).toThrow(expect.objectContaining({ code: "record-damaged" }));
    expect(writer.broken()?.message).toMatch(/until Holdpoint is started again/);
    store.close();
    const again = mustOpen(home, ports);
    expect(again.append(log, { type: "x", actor: DANA }).body.seq).toBe(4);
    again.close();
  });

  it("says so and keeps recording when only the sidecar cannot be written, and catches up later", () => {
    const store = mustOpen(home, ports);
    const log = appendRun(store, ports, 2);
    const actors: NewEvent = { type: "x", actor: DANA };
    store.append(log, actors);
    const clock = ports.clock.now;
    ports.clock.now = () => Number.NaN; // a moment that cannot be written: the checkpoint fails, whatever the disk says
    store.checkpoint(log, "test");
    expect(store.problem).toMatch(/last checkpoint could not be written/);
    ports.clock.now = clock;
    expect(store.append(log, actors).body.seq).toBe(4);
    store.checkpoint(log, "test");
    expect(store.problem).toBeNull();
    expect(store.lastCheckpoint(log)?.seq).toBe(4);
    store.close();
    expect(verifyDatabase(database(), { home }).problems).toEqual([]);
  });
});

it("is closed for good after close", () => {
  const store = mustOpen(home, ports);
  const log = appendRun(store, ports, 2);
  store.close();
  store.close();
  expect(() => store.append(log, { type: "x", actor: DANA })).toThrow(/closed/);
  expect(existsSync(`${database()}-wal`), "a copied file is complete").toBe(false);
});
