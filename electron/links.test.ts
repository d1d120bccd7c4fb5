import { EventEmitter } from "node:events";
import { expect, it } from "vitest";
import { pageFor, takeLinks } from "./links.ts";
import { APP_URL } from "./navigation.ts";

const LINK = "holdpoint://open?runbook=respond/high-error-rate.md#page";

const carried = (page: string) => new URLSearchParams(new URL(page).hash.slice(1)).getAll("open");

it("carries files and links to the window, and leaves out flags, other files and links that are not followed", () => {
  const argv = ["/opt/holdpoint", "--no-sandbox", "--load=x.md", "relative.md", "/etc/passwd", "holdpoint://run?runbook=a.md"];
  expect(pageFor(argv)).toBe(APP_URL);
  expect(pageFor([...argv, "holdpoint://open?runbook=../a.md"])).toBe(APP_URL);
  expect(carried(pageFor([...argv, LINK]))).toEqual([LINK]);
  expect(carried(pageFor(["/srv/a b.md", LINK]))).toEqual(["/srv/a b.md", LINK]);
});

it("asks for the scheme only where it is packaged, and shows a link of the system", () => {
  for (const isPackaged of [true, false]) {
    const schemes: string[] = [];
    const shown: string[] = [];
    const app = Object.assign(new EventEmitter(), { setAsDefaultProtocolClient: (scheme: string) => schemes.push(scheme) > 0 });
    takeLinks(app, isPackaged, (page) => shown.push(page));
    let prevented = 0;
    const event = {
      preventDefault() {
        prevented += 1;
      },
    };
    app.emit("open-url", event, LINK);
    app.emit("open-url", event, "holdpoint://open?runbook=/etc/passwd");
    expect([schemes, shown, prevented]).toEqual([isPackaged ? ["holdpoint"] : [], [pageFor([LINK])], 2]);
  }
});
