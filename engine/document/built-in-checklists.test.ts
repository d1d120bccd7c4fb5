import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { type RunbookDocument, RunbookDocument as Schema } from "../protocol/index.ts";
import { lintDocument } from "./lint.ts";
import { parseDocument } from "./parse.ts";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const LISTS = join(ROOT, "checklists");
const open = (name: string): { document: RunbookDocument; bytes: Uint8Array } => {
  const bytes = new Uint8Array(readFileSync(join(LISTS, name)));
  const document = parseDocument(bytes, { path: `checklists/${name}` });
  Schema.parse(document);
  return { document, bytes };
};
const itemsOf = (document: RunbookDocument) => document.categories.flatMap((category) => category.items);

/** What each item must still say after any rewording: figures and names that were agreed. */
const FIGURES: Record<string, string[]> = {
  "INF-01": ["3 API instances", "round-robin", "health check"],
  "INF-02": ["min 10", "max 100"],
  "INF-03": ["2 GB", "80 %"],
  "INF-04": ["full", "daily", "incremental", "hourly"],
  "INF-05": ["RTO of 4 h", "RPO of 1 h"],
  "INF-07": ["whitelist"],
  "INF-08": ["DDoS"],
  "INF-09": ["CDN"],
  "INF-10": ["APM", "logs", "metrics"],
  "SEC-01": ["SSO / OAuth"],
  "SEC-02": ["MFA"],
  "SEC-03": ["key vault"],
  "SEC-04": ["RBAC", "least privilege"],
  "SEC-05": ["7 years"],
  "SEC-06": ["AES-256"],
  "SEC-07": ["critical"],
  "SEC-08": ["weekly"],
  "CMP-01": ["full event stream"],
  "CMP-02": ["forward", "backward"],
  "CMP-03": ["FDA 21 CFR Part 11"],
  "CMP-04": ["GDPR", "anonymised"],
  "CMP-07": ["event sourcing"],
  "CMP-09": ["7 years"],
  "PRF-01": ["1000 concurrent users", "95th percentile", "500 ms"],
  "PRF-02": ["150 %"],
  "PRF-03": ["100 ms", "10+ indexes"],
  "PRF-04": ["80 %", "Redis"],
  "PRF-05": ["2×"],
  "PRF-06": ["min 10", "max 100"],
  "PRF-08": ["5 minutes"],
  "PRF-09": ["p95", "500 ms"],
  "PRF-10": ["6 months"],
  "MON-01": ["Application Insights", "New Relic", "5 %"],
  "MON-02": ["5 dashboards", "business metrics", "SLA", "system health", "errors", "capacity"],
  "MON-03": ["PagerDuty", "Opsgenie", "L1 → L2 → L3"],
  "MON-04": ["99.9 %", "p95", "500 ms"],
  "MON-05": ["CPU above 80 %", "disk above 90 %", "location utilization above 90 %"],
  "MON-06": ["1 %"],
  "MON-07": ["24/7"],
  "TST-01": ["90 %", "50+ scenarios"],
  "TST-02": ["database", "Redis", "network", "zero lost data"],
  "TST-03": ["RTO of 4 h", "30 s"],
  "TST-04": ["zero downtime"],
  "TST-05": ["10 min"],
  "TST-07": ["Agnum", "FedEx"],
  "TST-08": ["OWASP Top 10"],
  "TST-09": ["WCAG 2.1 AA"],
  "DEP-01": ["1 min"],
  "DEP-02": ["10 % → 50 % → 100 %"],
  "DEP-03": ["LaunchDarkly", "Unleash", "4+ flags", "10 ms"],
  "DEP-04": ["20+ procedures", "100 %"],
  "DEP-05": ["10 min"],
  "DEP-06": ["CI/CD"],
  "DEP-08": ["zero downtime"],
  "DEP-09": ["Terraform", "Ansible"],
  "DOC-01": ["OpenAPI", "Swagger"],
  "DOC-04": ["20+ common issues"],
  "DOC-06": ["deployment", "monitoring", "troubleshooting", "incident response", "disaster recovery", "maintenance"],
  "DOC-08": ["FDA", "GDPR"],
  "DOC-09": ["SSO", "MFA", "RBAC"],
  "OPS-01": ["24/7", "weekly shifts"],
  "OPS-02": ["5/15/30 min", "L1 → L2 → L3"],
  "BUS-01": ["10/10"],
  "BUS-05": ["1 week"],
  "BUS-06": ["GO"],
  "BUS-09": ["KPIs", "SLAs"],
  "BUS-10": ["48 h"],
};

describe("the go-live checklist", () => {
  const { document, bytes } = open("go-live-100.md");
  const items = itemsOf(document);

  it("has ten categories of ten items, in order, with unique ids", () => {
    expect(document.kind).toBe("checklist");
    expect(document.categories.map((category) => [category.title, category.items.length])).toEqual(
      [
        "Infrastructure",
        "Security",
        "Compliance",
        "Performance",
        "Monitoring & Alerting",
        "Testing",
        "Deployment",
        "Documentation",
        "Operations",
        "Business Readiness",
      ].map((title) => [title, 10]),
    );
    const wanted = ["INF", "SEC", "CMP", "PRF", "MON", "TST", "DEP", "DOC", "OPS", "BUS"].flatMap((prefix) =>
      Array.from({ length: 10 }, (_, index) => `${prefix}-${String(index + 1).padStart(2, "0")}`),
    );
    expect(items.map((item) => item.id)).toEqual(wanted);
  });

  it("gives neither the parser nor lint anything to say", () => {
    expect(document.diagnostics).toEqual([]);
    expect(lintDocument(document, bytes)).toEqual([]);
  });

  it("keeps every figure in the item it belongs to", () => {
    const missing = Object.entries(FIGURES).flatMap(([id, figures]) => {
      const text = items.find((item) => item.id === id)?.text ?? "";
      return figures.filter((figure) => !text.includes(figure)).map((figure) => `${id}: ${figure}`);
    });
    expect(missing).toEqual([]);
  });

  it("names an owner for every item and a signer for every category, and one sentence per item", () => {
    expect(items.filter((item) => item.owner === null).map((item) => item.id)).toEqual([]);
    expect(document.categories.filter((category) => category.signoff.length === 0 || category.eyes > category.signoff.length)).toEqual([]);
    expect(items.filter((item) => !/^[A-Z]/.test(item.text) || !/[^.]\.$/.test(item.text)).map((item) => item.text)).toEqual([]);
  });

  it("computes the two items about all signatures and about the decision, and no other", () => {
    expect(items.filter((item) => item.derived !== null).map((item) => [item.id, item.derived])).toEqual([
      ["BUS-01", "signoffs-of-other-categories"],
      ["BUS-06", "decision"],
    ]);
    expect(document.decision).toMatchObject({
      rule: "all-categories-signed",
      and: "no-open-blockers",
      signoff: ["release-manager", "operations-lead", "product-owner"],
    });
  });
});

describe("automatic checks", () => {
  const lists = readdirSync(LISTS).map((name) => ({ name, ...open(name) }));
  const checked = lists.flatMap(({ name, document }) =>
    itemsOf(document).flatMap((item) => (item.blocks.length > 0 ? [{ name, item }] : [])),
  );

  it("stand in at least twenty of the hundred items, and each ends by itself", () => {
    expect(checked.filter(({ name }) => name === "go-live-100.md").length).toBeGreaterThanOrEqual(20);
    for (const { item } of checked) {
      for (const block of item.blocks) {
        expect(block, item.id).toMatchObject({ runnable: true, shell: "bash", placeholders: [], interpreter: null });
        expect(block.options.timeoutMs, item.id).toBeGreaterThan(0);
      }
    }
  });

  it("only read: no kubectl verb that changes, no request but GET and HEAD", () => {
    const verbs = /\bkubectl\s+(?:-\S+\s+)*(\S+(?:\s+can-i)?)/g;
    for (const { item } of checked) {
      for (const block of item.blocks) {
        const found = [...block.commands.matchAll(verbs)].map((match) => match[1]);
        expect(
          found.filter((verb) => verb !== "get" && verb !== "auth can-i"),
          item.id,
        ).toEqual([]);
        expect(block.commands, item.id).not.toMatch(/\bcurl\b[^|\n]*\s(?:-X|--request|-d|--data(?!-urlencode)|-F|-T)\b/);
        expect(block.commands, item.id).not.toMatch(/\b(?:rm|mv|sudo|tee\s+(?!\/dev\/stderr)|xargs)\b/);
        // `-G` turns what is url-encoded into a query string.
        if (block.commands.includes("--data-urlencode")) expect(block.commands, item.id).toMatch(/ -G /);
      }
    }
  });

  it("say what they prove, or show", () => {
    expect(checked.filter(({ item }) => !/<p>(?:Proves|Shows) [^<]*\.<\/p>/.test(item.html)).map(({ item }) => item.id)).toEqual([]);
  });

  it("say so and fail where an address they need is not given", () => {
    for (const { name, document } of lists) {
      const addresses = document.params.filter((param) => param.default === "").map((param) => param.name);
      for (const { item } of checked.filter((entry) => entry.name === name)) {
        for (const block of item.blocks) {
          for (const param of addresses.filter(
            (address) => block.commands.includes(`$${address}`) || block.commands.includes(`{${address}`),
          )) {
            const guard = new RegExp(
              `^test -n "\\$${param}" \\|\\| \\{ echo "The parameter ${param} is not set, [^"]*" >&2; false; \\}$`,
              "m",
            );
            expect(block.commands, item.id).toMatch(guard);
          }
        }
      }
    }
  });
});

describe("the other checklists", () => {
  const names = readdirSync(LISTS).filter((name) => name !== "go-live-100.md");

  it("are the five that go with it", () => {
    expect(names.sort()).toEqual(["deployment.md", "launch-gate.md", "merge-blockers.md", "release-go-no-go.md", "rollout-criteria.md"]);
  });

  it.each(names)("%s parses and lints clean, with ids of its own and signers", (name) => {
    const { document, bytes } = open(name);
    expect(document.kind).toBe("checklist");
    expect(document.diagnostics).toEqual([]);
    expect(lintDocument(document, bytes)).toEqual([]);
    const items = itemsOf(document);
    expect(new Set(items.map((item) => item.id)).size).toBe(items.length);
    expect(items.every((item) => /^[A-Z]+-\d\d$/.test(item.id))).toBe(true);
    expect(document.categories.every((category) => category.signoff.length >= category.eyes)).toBe(true);
    expect(document.decision).toMatchObject({ rule: "all-categories-signed", and: "no-open-blockers" });
  });

  it("keep the eight recommendations before a launch, and the limits of rollout and recovery", () => {
    const gate = open("launch-gate.md").document;
    expect(gate.categories.at(-1)!.items.map((item) => item.id)).toEqual(Array.from({ length: 8 }, (_, index) => `PRE-0${index + 1}`));
    expect(itemsOf(gate).find((item) => item.id === "GATE-01")).toMatchObject({ tests: true });
    const limits = (name: string): string[] =>
      itemsOf(open(name).document).flatMap((item) =>
        item.expect === null ? [] : [`${item.id} ${item.expect.operator} ${item.expect.value} ${item.unit}`.trim()],
      );
    expect(limits("rollout-criteria.md").slice(0, 6)).toEqual([
      "SLO-01 <= 1500 ms",
      "SLO-02 <= 1600 ms",
      "SLO-03 <= 100 ms",
      "SLO-04 <= 0.3 %",
      "SLO-05 <= 0.1 %",
      "SLO-06 <= 0.5 %",
    ]);
    expect(limits("deployment.md")).toEqual(
      expect.arrayContaining(["PRF-01 < 500 ms", "PRF-02 < 2 %", "PRF-03 < 1 %", "PRF-04 < 70 %", "PRF-05 < 80 %", "BCK-01 < 15 min"]),
    );
    expect(limits("launch-gate.md")).toEqual(expect.arrayContaining(["GATE-04 <= 60 min", "SLO-03 < 2000 ms", "SLO-07 < 0.5 %"]));
  });
});

describe("docs/compliance.md", () => {
  const page = readFileSync(join(ROOT, "docs", "compliance.md"), "utf8");
  const sections = page.split(/^#{2,3} /m);

  it("names only tests and files that are there", () => {
    const named = [...page.matchAll(/`((?:engine|e2e|electron|build|checklists|docs|bench)\/[^`\s]+)`/g)].map((match) => match[1]!);
    expect(new Set(named).size).toBeGreaterThan(20);
    expect(named.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });

  it("has every clause that software can serve, each with what is done, where it is tested and what stays with the organisation", () => {
    const clauses = ["(a)", "(b)", "(c)", "(d)", "(e)", "(f)", "(g)", "(h)", "(k)"].map((part) => `11.10${part}`);
    for (const clause of [
      ...clauses,
      "11.30",
      "11.50",
      "11.70",
      "11.100",
      "11.200",
      "11.300",
      "SOC 2",
      "ISO/IEC 27001:2022",
      "PCI DSS v4",
      "EU GMP Annex 11",
    ]) {
      const section = sections.find(
        (text) => text.startsWith(`${clause} `) || text.startsWith(`${clause},`) || text.startsWith(`${clause}\n`),
      );
      expect(section, clause).toBeDefined();
      for (const part of ["**Does.**", "**Tested.**", "**Yours.**"]) expect(section, clause).toContain(part);
    }
  });

  it("says supports, and never that anything is compliant or certified", () => {
    expect(page).toMatch(/\bsupports\b/);
    expect(page).not.toMatch(/\b(?:compliant|certified|guarantees?)\b/i);
  });
});
