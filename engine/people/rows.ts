// Operators and lockouts as rows. Owns: their SQL. Rows change only together with the event that says so (appendWith).
import type { OperatorView, Role } from "../protocol/index.ts";
import type { RecordStore } from "../record/index.ts";
import type { Wrapped } from "./keys.ts";

type Db = RecordStore["database"];
type Row = {
  operator_no: number;
  id: string;
  name: string;
  title: string;
  roles: string;
  created_at: string;
  public_key: string;
  kdf: string;
  salt: Buffer;
  nonce: Buffer;
  wrapped_key: Buffer;
};
export type Operator = { no: number; view: OperatorView; wrapped: Wrapped };
export type Lockout = { failures: number; lockedAt: string | null };

const toOperator = (row: Row): Operator => ({
  no: row.operator_no,
  view: {
    id: row.id as OperatorView["id"],
    name: row.name,
    title: row.title,
    roles: JSON.parse(row.roles) as Role[],
    createdAt: row.created_at,
  },
  wrapped: { kdf: row.kdf, salt: row.salt, nonce: row.nonce, wrappedKey: row.wrapped_key, publicKey: row.public_key },
});

export const countOperators = (db: Db): number => db.prepare<[], number>("SELECT COUNT(*) FROM operators").pluck().get() ?? 0;

export function operatorById(db: Db, id: string): Operator | null {
  const row = db.prepare<[string], Row>("SELECT * FROM operators WHERE id = ?").get(id);
  return row === undefined ? null : toOperator(row);
}

export function insertOperator(db: Db, view: OperatorView, wrapped: Wrapped): void {
  const no = (db.prepare<[], number>("SELECT COALESCE(MAX(operator_no), 0) FROM operators").pluck().get() ?? 0) + 1;
  db.prepare(
    `INSERT INTO operators (operator_no, id, name, title, roles, created_at, public_key, kdf, salt, nonce, wrapped_key)
     VALUES (@no, @id, @name, @title, @roles, @createdAt, @publicKey, @kdf, @salt, @nonce, @wrappedKey)`,
  ).run({ no, ...view, roles: JSON.stringify(view.roles), ...wrapped });
}

/** Name, title and roles as the event in the same transaction says; the id never changes (a trigger sees to it). */
export function updateOperator(db: Db, no: number, { name, title, roles }: OperatorView): void {
  db.prepare("UPDATE operators SET name = @name, title = @title, roles = @roles WHERE operator_no = @no").run({
    no,
    name,
    title,
    roles: JSON.stringify(roles),
  });
}

/** Puts another wrapping, or after a reset another key, in the place of the old one. */
export function updateKey(db: Db, no: number, wrapped: Wrapped): void {
  db.prepare(
    `UPDATE operators SET public_key = @publicKey, kdf = @kdf, salt = @salt, nonce = @nonce, wrapped_key = @wrappedKey
     WHERE operator_no = @no`,
  ).run({ no, ...wrapped });
}

export function lockoutOf(db: Db, no: number): Lockout {
  const row = db
    .prepare<[number], { failures: number; locked_at: string | null }>("SELECT failures, locked_at FROM lockouts WHERE operator_no = ?")
    .get(no);
  return row === undefined ? { failures: 0, lockedAt: null } : { failures: row.failures, lockedAt: row.locked_at };
}

export function setLockout(db: Db, no: number, { failures, lockedAt }: Lockout): void {
  db.prepare(
    `INSERT INTO lockouts (operator_no, failures, locked_at) VALUES (?, ?, ?)
     ON CONFLICT (operator_no) DO UPDATE SET failures = excluded.failures, locked_at = excluded.locked_at`,
  ).run(no, failures, lockedAt);
}
