import { expect, it } from "vitest";
import type { RunbookDocument } from "../../engine/protocol/index.ts";
import { forgetDraft, keepDraft, keptDraft } from "./kept.ts";
import type { Draft } from "./model.ts";
import { emptyRehearsal } from "./rehearsal.ts";

const text = (sha256: string) =>
  ({
    sha256,
    params: [
      { name: "HOST", type: "string" },
      { name: "TOKEN", type: "secret" },
    ],
  }) as unknown as RunbookDocument;
const draft: Draft = {
  mode: "live",
  contexts: { main: "prod" },
  namespace: "",
  params: { HOST: "db1", TOKEN: "hunter2" },
  placeholders: {},
  typedCluster: "prod",
  overrideReason: "late",
  launch: null,
  rehearsal: emptyRehearsal(),
};

it("gives back what was typed for the same text, without secrets and without what confirms a start", () => {
  keepDraft("/a.md", text("one"), draft);
  expect(keptDraft("/a.md", text("one"))).toEqual({
    ...draft,
    params: { HOST: "db1", TOKEN: "" },
    typedCluster: "",
    overrideReason: "",
  });
  expect(keptDraft("/a.md", text("two"))).toBeNull();
  expect(keptDraft("/b.md", text("one"))).toBeNull();
  forgetDraft("/a.md");
  expect(keptDraft("/a.md", text("one"))).toBeNull();
});
