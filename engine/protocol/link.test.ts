import { describe, expect, it } from "vitest";
import { isLink, parseLink } from "./link.ts";

describe("links", () => {
  it("name a runbook of the library or of this machine, and a step", () => {
    expect(parseLink("holdpoint://open?runbook=respond/high-error-rate.md#page")).toEqual({
      ok: true,
      value: { runbook: "respond/high-error-rate.md", isRelative: true, step: "page" },
    });
    expect(parseLink("holdpoint://open/?runbook=%2Fsrv%2Fbooks%2F%C3%BCber%20all.md")).toEqual({
      ok: true,
      value: { runbook: "/srv/books/über all.md", isRelative: false, step: null },
    });
    expect(parseLink("holdpoint://open?runbook=C%3A%5Cbooks%5Ca.md#a")).toMatchObject({ ok: true, value: { isRelative: false } });
  });

  it.each([
    ["https://open?runbook=a.md", "opens a runbook"],
    ["holdpoint://run?runbook=a.md", "opens a runbook"],
    ["holdpoint://open/run?runbook=a.md", "opens a runbook"],
    ["holdpoint://me:pw@open?runbook=a.md", "opens a runbook"],
    ["holdpoint:open?runbook=a.md", "opens a runbook"],
    ["holdpoint://open", "one runbook"],
    ["holdpoint://open?runbook=a.md&run=yes", "one runbook"],
    ["holdpoint://open?runbook=a.md&runbook=/etc/b.md", "one runbook"],
    ["holdpoint://open?runbook=/etc/passwd", "no Markdown file"],
    ["holdpoint://open?runbook=../../secret.md", "goes up"],
    ["holdpoint://open?runbook=a/%2E%2E/%2E%2E/secret.md", "goes up"],
    ["holdpoint://open?runbook=/srv/./a.md", "goes up"],
    ["holdpoint://open?runbook=%2F%2Fevil%2Fshare%2Fa.md", "another machine"],
    ["holdpoint://open?runbook=%5C%5Cevil%5Cshare%5Ca.md", "another machine"],
    ["holdpoint://open?runbook=file:///etc/a.md", "in place of a file"],
    ["holdpoint://open?runbook=https://evil.example/a.md", "in place of a file"],
    ["holdpoint://open?runbook=~/a.md", "not whole"],
    ["holdpoint://open?runbook=a%00.md", "not seen"],
    ["holdpoint://open?runbook=a%E2%80%AEdm.md", "not seen"],
    ["holdpoint://open?runbook=a.md#%3Cscript%3E", "no step"],
    ["holdpoint://open?runbook=a.md#a%20b", "no step"],
    ["holdpoint://open?runbook=a.md#%E0%A4%A", "cannot be read"],
    [`holdpoint://open?runbook=${"a".repeat(2000)}.md`, "no link"],
    ["holdpoint", "no link"],
  ])("%s is refused whole", (link, why) => {
    const parsed = parseLink(link);
    expect(parsed).toMatchObject({ ok: false, error: { code: "invalid-params" } });
    expect(parsed.ok ? "" : parsed.error.message).toContain(why);
  });

  it("are told from paths by their scheme alone", () => {
    expect([isLink("holdpoint://open?runbook=a.md"), isLink("HOLDPOINT://x"), isLink("/srv/holdpoint:/a.md")]).toEqual([true, true, false]);
  });
});
