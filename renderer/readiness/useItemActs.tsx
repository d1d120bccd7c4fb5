// What people do to items: answer, check, evidence, assign, note. Owns: which question comes first, and saying how it ended.
import { type ReactNode, useState } from "react";
import {
  type Evidence,
  type ItemState,
  type ItemView,
  type LaunchId,
  type LaunchView,
  type Param,
  paramsNamedIn,
  type RunbookDocument,
} from "../../engine/protocol/index.ts";
import { announce, callEngine, go, useApp } from "../app/index.ts";
import { TextAreaField } from "../design/index.ts";
import { FormDialog } from "../launches/FormDialog.tsx";
import { usePeople } from "../launches/SetupPeople.tsx";
import { actOn, actOrNotify, useLaunches } from "../launches/slice.ts";
import { AnswerDialog } from "./AnswerDialog.tsx";
import { AssignDialog } from "./AssignDialog.tsx";
import { CheckDialog, defaultValues } from "./CheckDialog.tsx";
import { EvidenceDialog, type NewEvidence } from "./EvidenceDialog.tsx";
import type { ItemActs } from "./ItemPanel.tsx";
import { hardObstacles, ITEM_WORDS, needsValue } from "./items.ts";

type Ask =
  | { type: "answer"; items: ItemView[]; state: ItemState }
  | { type: "evidence"; item: ItemView; file: File | null }
  | { type: "remove"; evidence: Evidence }
  | { type: "assign"; items: ItemView[] }
  | { type: "check"; items: string[]; expected: string | null };

export type Acts = ItemActs & {
  answerMany(items: ItemView[], state: ItemState): void;
  ask: ReactNode;
  isChecking: boolean;
};

export function useItemActs(view: LaunchView, document: RunbookDocument | null, zone: string, onAnswered: () => void): Acts {
  const [ask, setAsk] = useState<Ask | null>(null);
  const [isChecking, setChecking] = useState(false);
  const people = usePeople();
  const { header } = view;
  const { launch } = header;
  const kept = useLaunches((state) => state.checkValues[launch]);
  const keepCheckValues = useLaunches((state) => state.keepCheckValues);
  const close = (): void => setAsk(null);
  const found = (ids: string[]): ItemView[] => ids.flatMap((id) => view.items.find((one) => one.id === id) ?? []);
  /** What the checks of these items name: nobody is asked for what they do not use. */
  const paramsOf = (ids: string[]): Param[] =>
    document === null
      ? []
      : paramsNamedIn(
          document.params,
          document.categories.flatMap((category) => category.items).flatMap((item) => (ids.includes(item.id) ? item.blocks : [])),
        );

  const answerNow = async (item: ItemView, state: ItemState): Promise<void> => {
    const result = await actOn("item.answer", { launch, items: [item.id], state });
    if (result.ok) announce(`${item.id}: ${ITEM_WORDS[state]}.`);
    else if (result.error.code === "reason-needed") setAsk({ type: "answer", items: [item], state });
    else useApp.getState().notify("fail", result.error.message);
  };
  const answer = (item: ItemView, state: ItemState): void => {
    if (item.derived !== null) {
      announce(`${item.id} is computed by Holdpoint and cannot be answered.`, "assertive");
      useApp.getState().notify("warn", `${item.id} is computed by Holdpoint and cannot be answered.`);
      return;
    }
    // One key where nothing has to be asked; what stands against it, or a figure to give, is asked for first.
    const isPlain = (state === "done" && hardObstacles(item).length === 0 && !needsValue(item)) || state === "open";
    if (isPlain) void answerNow(item, state);
    else setAsk({ type: "answer", items: [item], state });
  };

  /** Starts them, or says what must be given first; the words of a refusal, or null. */
  const start = async (items: string[], values: Record<string, string>, typed: string | null): Promise<string | null> => {
    setChecking(true);
    const params = document?.params ?? [];
    const given = Object.fromEntries(Object.entries(values).filter(([, value]) => value !== ""));
    const result = await callEngine("item.check", {
      launch,
      items,
      ...(params.length === 0 ? {} : { params: given }),
      ...(typed === null ? {} : { typedCluster: typed }),
    });
    setChecking(false);
    if (!result.ok) {
      const details = result.error.details as { type?: unknown } | undefined;
      if (result.error.code === "confirmation-needed" && typeof details?.type === "string" && typed === null) {
        setAsk({ type: "check", items, expected: details.type });
        return null;
      }
      return result.error.message;
    }
    const secrets = new Set(params.filter((param) => param.type === "secret").map((param) => param.name));
    const asked = new Set(paramsOf(items).map((param) => param.name));
    const told = Object.entries(values).filter(([name]) => asked.has(name) && !secrets.has(name));
    keepCheckValues(launch, { ...kept, ...Object.fromEntries(told) });
    const { run } = result.value;
    const words = items.length === 1 ? `${items[0]} is being checked.` : `${items.length} items are being checked.`;
    announce(words);
    useApp.getState().notify("ok", words, { label: "Open the terminal", run: () => go({ view: "run", run }) });
    return null;
  };
  const check = (ids: string[]): void => {
    const items = found(ids)
      .filter((item) => item.blocks > 0 && item.derived === null)
      .map((item) => item.id);
    if (items.length === 0) {
      useApp.getState().notify("warn", "None of these items checks itself: answer them by hand.");
      return;
    }
    const params = paramsOf(items);
    const mustAsk = params.some((param) => param.type === "secret" || kept?.[param.name] === undefined);
    if (mustAsk) setAsk({ type: "check", items, expected: header.clusterClass === "production" ? header.facts.context : null });
    else void start(items, kept ?? {}, null).then((words) => words !== null && useApp.getState().notify("fail", words));
  };

  const dialog = (): ReactNode => {
    switch (ask?.type) {
      case "answer":
        return (
          <AnswerDialog
            items={ask.items}
            state={ask.state}
            zone={zone}
            people={people}
            onAnswer={async (given) => {
              const result = await actOn("item.answer", { launch, items: ask.items.map((item) => item.id), ...given });
              if (!result.ok) return result.error.message;
              announce(`${ask.items.length === 1 ? ask.items[0]?.id : `${ask.items.length} items`}: ${ITEM_WORDS[given.state]}.`);
              onAnswered();
              return null;
            }}
            onClose={close}
          />
        );
      case "evidence":
        return (
          <EvidenceDialog
            view={view}
            item={ask.item.id}
            zone={zone}
            file={ask.file}
            onAdd={async (evidence) => {
              const result = await addEvidence(launch, ask.item.id, evidence);
              if (!result.ok) return result.error.message;
              const findings = result.value.items.find((one) => one.id === ask.item.id)?.evidences.at(-1)?.findings ?? [];
              announce(findings.length === 0 ? "Evidence added." : `Evidence added. It says: ${findings.join("; ")}.`);
              return null;
            }}
            onClose={close}
          />
        );
      case "remove":
        return <StrikeOut evidence={ask.evidence} view={view} onClose={close} />;
      case "assign":
        return (
          <AssignDialog
            items={ask.items}
            people={people}
            zone={zone}
            onAssign={async (operator, due) => {
              const result = await actOn("item.assign", { launch, items: ask.items.map((item) => item.id), operator, due });
              return result.ok ? null : result.error.message;
            }}
            onClose={close}
          />
        );
      case "check":
        return (
          <CheckDialog
            key={ask.expected}
            count={ask.items.length}
            params={paramsOf(ask.items)}
            values={{ ...defaultValues(document?.params ?? []), ...kept }}
            context={header.facts.context}
            expected={ask.expected}
            onStart={(values, typed) => start(ask.items, values, typed)}
            onClose={close}
          />
        );
      case undefined:
        return null;
    }
  };
  return {
    answer,
    answerMany: (items, state) => {
      if (items.length === 1) answer(items[0]!, state);
      else if (items.length > 1) setAsk({ type: "answer", items, state });
    },
    check,
    evidence: (item, file) => {
      if (item.evidence === "none" || item.derived !== null) return useApp.getState().notify("warn", `${item.id} takes no evidence.`);
      setAsk({ type: "evidence", item, file });
    },
    removeEvidence: (evidence) => setAsk({ type: "remove", evidence }),
    assign: (ids) => setAsk({ type: "assign", items: found(ids) }),
    note: (item, text) => actOrNotify("item.note", { launch, item: item.id, text }),
    ask: dialog(),
    isChecking,
  };
}

function addEvidence(launch: LaunchId, item: string, evidence: NewEvidence) {
  if (evidence.kind === "run") return actOn("item.runEvidence", { launch, item, run: evidence.run, title: evidence.title });
  if (evidence.kind !== "output") return actOn("item.evidence", { launch, item, ...evidence });
  const { kind: _, ...output } = evidence;
  return actOn("item.outputEvidence", { launch, item, ...output });
}

function StrikeOut({ evidence, view, onClose }: { evidence: Evidence; view: LaunchView; onClose(): void }) {
  const [reason, setReason] = useState("");
  return (
    <FormDialog
      title="Strike out this evidence?"
      about={`“${evidence.title}” stays on record with your reason; it speaks neither for nor against the item any more.`}
      button="Strike out"
      isDanger
      problem={reason.trim() === "" ? "A reason is needed." : null}
      onSend={async () => {
        const result = await actOn("item.removeEvidence", { launch: view.header.launch, seq: evidence.seq, reason: reason.trim() });
        return result.ok ? null : result.error.message;
      }}
      onClose={onClose}
    >
      <TextAreaField label="Reason" rows={2} maxLength={2000} value={reason} onChange={(event) => setReason(event.target.value)} />
    </FormDialog>
  );
}
