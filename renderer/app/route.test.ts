import { describe, expect, it } from "vitest";
import { parseRoute, type Route, routeHash } from "./route.ts";

const run = "run-01JD0000000000000000000006";
const log = "log-01JD0000000000000000000006";

describe("the window's address", () => {
  it("leads back to every place it was made from", () => {
    const routes = [
      { view: "library" },
      { view: "document", path: "/srv/books/über #1/50% %2F.md" },
      { view: "document", path: "/srv/books/a.md", part: "plan" },
      { view: "document", path: "/srv/books/a.md", step: "überall.1" },
      { view: "link", link: "holdpoint://open?runbook=back/a+b.md#one" },
      { view: "run", run },
      { view: "run", run, part: "plan" },
      { view: "records" },
      { view: "record", log, seq: null },
      { view: "record", log, seq: 1261 },
      { view: "settings" },
    ] as Route[];
    expect(routes.map((route) => parseRoute(routeHash(route)))).toEqual(routes);
  });
  it("opens the first file that a link of the command line names", () => {
    expect(parseRoute("#open=%2Fsrv%2Fbooks%2Fa+b.md&open=%2Fother.md")).toEqual({ view: "document", path: "/srv/books/a b.md" });
  });
  it("shows the library for anything it does not know", () => {
    for (const hash of ["", "#", "#/", "#/nowhere", "#/run/none", "#/library/%E0%A4%A", "#open="])
      expect(parseRoute(hash)).toEqual({ view: "library" });
  });
  it("shows the list of records for a log that is none", () => {
    expect(parseRoute("#/records/log-1")).toEqual({ view: "records" });
    expect(parseRoute(`#/records/${log}/minus`)).toEqual({ view: "record", log, seq: null });
  });
});

describe("rooms of a launch", () => {
  const launch = "launch-01ARZ3NDEKTSV4RRFFQ69G5FAV";
  it("come back from their own address, with an item of any spelling", () => {
    for (const route of [
      { view: "launches" },
      { view: "rehearse", path: null, compare: null },
      { view: "rehearse", path: "/books/disaster recovery/plan.md", compare: null },
      {
        view: "rehearse",
        path: "/books/a.md",
        compare: { a: run, b: run.replace(/6$/, "7") },
      },
      { view: "people" },
      { view: "launch", launch },
      { view: "readiness", launch, item: null },
      { view: "readiness", launch, item: "INF/01 ö%" },
      { view: "decision", launch },
    ] as Route[])
      expect(parseRoute(routeHash(route))).toEqual(route);
  });
  it("lead to the library where the launch is no id", () => {
    expect(parseRoute("#/launch/../readiness")).toEqual({ view: "library" });
  });
});
