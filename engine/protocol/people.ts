// People as the window sees them. Owns: shapes. Passwords are only ever inputs.
import { z } from "zod";
import { OperatorId } from "./ids.ts";

export const Role = z.enum(["lead", "operator", "approver", "witness", "auditor", "admin"]);
export type Role = z.infer<typeof Role>;
export const Password = z.string().min(8, "at least 8 characters").max(1024);
export const OperatorView = z.object({ id: OperatorId, name: z.string(), title: z.string(), roles: z.array(Role), createdAt: z.string() });
export type OperatorView = z.infer<typeof OperatorView>;
export const SessionView = z.object({ operator: OperatorView, since: z.string(), locked: z.boolean() });
export type SessionView = z.infer<typeof SessionView>;
