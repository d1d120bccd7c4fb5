// Links by which others follow a run and do nothing else. Owns: shapes and methods. The token is in the answer that makes it, and nowhere after.
import { z } from "zod";
import { LaunchId, RunId, Timestamp } from "./ids.ts";

export const FollowLink = z.object({
  id: z.string(),
  /** What it is for, e.g. "War room". */
  name: z.string(),
  run: RunId,
  /** Where the run is part of a launch the link shows the launch's other runs as well. */
  launch: LaunchId.nullable(),
  by: z.string(),
  at: Timestamp,
  revokedAt: Timestamp.nullable(),
  revokedBy: z.string(),
});
export type FollowLink = z.infer<typeof FollowLink>;

/** What a window that only follows is to show. */
export const Following = z.object({ link: z.string(), name: z.string(), run: RunId });
export type Following = z.infer<typeof Following>;

export const FOLLOW_METHODS = {
  "follow.list": { params: z.strictObject({}), result: z.array(FollowLink) },
  /** `token` goes behind `/follow#token=` of the web host; whoever has it follows until the link is revoked. */
  "follow.make": {
    params: z.strictObject({ run: RunId, name: z.string().trim().min(1).max(100) }),
    result: z.object({ link: FollowLink, token: z.string() }),
  },
  "follow.revoke": { params: z.strictObject({ link: z.string().max(100) }), result: FollowLink },
} as const;
