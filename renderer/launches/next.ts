// The one action of the moment of a launch, as something that can be done here. Pure.
// Owns: from view.next to a plan and the words on the button. What comes next is the engine's to say.
import type { LaunchState, LaunchView } from "../../engine/protocol/index.ts";
import { formatMinute } from "../design/format.ts";

export type NextPlan =
  | { type: "checklist" }
  | { type: "item"; item: string }
  | { type: "category"; category: string }
  | { type: "check"; items: string[] }
  | { type: "sign"; kind: "category" | "decision" | "break-glass-review" | "close"; id: string; role: string | null; title: string }
  | { type: "decide" }
  | { type: "advance"; to: LaunchState }
  | { type: "start"; entry: string; path: string }
  | { type: "run"; run: string }
  | { type: "enter"; due: string }
  | { type: "watch" }
  | { type: "none" };
export type NextStep = { plan: NextPlan; say: string; detail: string; button: string; after: string };

const AFTER_CUT_OVER = "after it: watch, retrospective, close";

export function nextStep(view: LaunchView): NextStep {
  const { next, header, items, categories } = view;
  const step = (plan: NextPlan, button: string, detail = "", after = "", say = next.text): NextStep => ({
    plan,
    say,
    detail,
    button,
    after,
  });
  switch (next.kind) {
    case "answer": {
      if (header.checklist === null)
        return step(
          { type: "checklist" },
          "Choose a checklist",
          "Its text is copied into the record: later edits of the file change nothing here.",
          "Answer its items",
        );
      const item = items.find((one) => one.id === next.target);
      if (item !== undefined) return step({ type: "item", item: item.id }, `Open ${item.id}`, item.text, signAfter(view, item.category));
      const category = categories.find((one) => one.key === next.target);
      if (category === undefined) return step({ type: "none" }, "");
      const named = items.find((one) => one.category === category.key && (category.blockers[0] ?? "").startsWith(`${one.id} `));
      const opened = items.find((one) => one.category === category.key && (category.blockers[0] ?? "").startsWith(`${one.id}:`)) ?? named;
      return opened === undefined
        ? step({ type: "category", category: category.key }, `Open ${category.title}`, category.blockers.slice(1, 3).join("; "))
        : step({ type: "item", item: opened.id }, `Open ${opened.id}`, opened.text, signAfter(view, category.key));
    }
    case "check": {
      const first = items.find((one) => one.id === next.target);
      if (first === undefined) return step({ type: "none" }, "");
      const category = categories.find((one) => one.key === first.category);
      const waiting = items
        .filter(
          (one) => one.category === first.category && one.state === "open" && one.blocks > 0 && one.check === null && one.derived === null,
        )
        .map((one) => one.id);
      const more = waiting.length > 1;
      return step(
        { type: "check", items: more ? waiting : [first.id] },
        more ? `Check ${waiting.length} items` : `Check ${first.id}`,
        "A check supports an answer and never gives one.",
        `Answer ${first.id}`,
        more ? `${waiting.length} checks of ${category?.title ?? "this category"} have not run yet` : next.text,
      );
    }
    case "sign": {
      const decision = view.decisions.find((one) => one.id === next.target);
      if (decision !== undefined)
        return step(
          { type: "sign", kind: "decision", id: decision.id, role: decision.missing[0] ?? null, title: "the decision" },
          "Sign the decision",
          decision.signed.length === 0 ? "Nobody has signed it yet." : `Signed by ${decision.signed.join(", ")}.`,
        );
      const category = categories.find((one) => one.key === next.target);
      if (category === undefined) return step({ type: "none" }, "");
      return step(
        { type: "sign", kind: "category", id: category.key, role: category.missing[0] ?? null, title: category.title },
        `Sign ${category.title}`,
        `${category.signed} of ${category.needed} signed. With id and password; nobody signs what they answered themselves.`,
      );
    }
    case "decide":
      return step({ type: "decide" }, "Go to the decision", "Every category is signed.");
    case "cut-over":
      return step({ type: "advance", to: "cut-over" }, "Begin the cut-over", "The decision is in force.", AFTER_CUT_OVER);
    case "start": {
      const entry = view.plan.entries.find((one) => one.id === next.target);
      if (entry === undefined) return step({ type: "none" }, "");
      const detail = [entry.because, entry.role, entry.ownerName, entry.note].filter((part) => part !== "").join(", ");
      const begins = header.state === "go" ? "Starting it begins the cut-over." : "";
      return step(
        { type: "start", entry: entry.id, path: entry.path },
        `Start ${entry.title}…`,
        detail === "" ? begins : detail,
        afterEntry(view, entry.id),
      );
    }
    case "run":
      return step({ type: "run", run: next.target ?? "" }, "Go to the run", "", "");
    case "enter":
      return step(
        { type: "enter", due: next.target ?? "" },
        "Enter the look",
        next.target === null ? "" : `It was due ${formatMinute(next.target)} UTC.`,
      );
    case "watch":
      if (next.target === "watch") return step({ type: "advance", to: "watch" }, "Go on watch", "The cut-over is under way.");
      return next.target === "retrospective"
        ? step({ type: "advance", to: "retrospective" }, "Begin the retrospective", "")
        : step({ type: "watch" }, "Go to the watch", "", "Begin the retrospective");
    case "review":
      return step(
        { type: "sign", kind: "break-glass-review", id: next.target ?? "", role: null, title: "the review" },
        "Sign the review",
        "What was done with the glass broken is looked at by a second person.",
      );
    case "close":
      return step(
        { type: "sign", kind: "close", id: header.launch, role: null, title: "the close" },
        "Sign the close",
        "Two people sign. After that nothing can be added to the record.",
      );
    case "none":
      return step({ type: "none" }, "");
    default:
      next.kind satisfies never;
      return step({ type: "none" }, "");
  }
}

/** What the plan starts once this entry is over. */
function afterEntry({ plan }: LaunchView, id: string): string {
  const index = plan.entries.findIndex((one) => one.id === id);
  const following = plan.entries.slice(index + 1).find((one) => !one.isSettled);
  return following?.title ?? "the watch";
}

function signAfter({ categories }: LaunchView, key: string): string {
  const category = categories.find((one) => one.key === key);
  return category === undefined || category.needed === 0 ? "" : `Sign ${category.title}`;
}

/** The same step in a room where items are not: it leads to them, and the button says no more than that. */
export function stepElsewhere(view: LaunchView): NextStep {
  const step = nextStep(view);
  const isOfItems = step.plan.type === "item" || step.plan.type === "check" || step.plan.type === "category";
  return isOfItems ? { ...step, button: "Go to readiness" } : step;
}

/** Two actions are the same only if deciding them means the same thing. */
export const stepKey = ({ plan, button }: NextStep): string => `${JSON.stringify(plan)} ${button}`;
