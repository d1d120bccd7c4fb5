// Every act of the run view: what it sends, and what it asks first when the engine wants a reason or a typed name.
// Owns: the dialogs' state and the drafts of values. Facts come from the store; the engine decides.
import { useMemo, useRef, useState } from "react";
import type { HandedFile, NextAction, ParamsOf, RunId, SignSubject } from "../../engine/protocol/index.ts";
import { callEngine } from "../app/call.ts";
import { go, useApp } from "../app/index.ts";
import type { CallFailure } from "../bridge/index.ts";
import type { StepActs, WalkedOutcome } from "./acts.ts";
import type { Ask } from "./asking.tsx";
import { canFill, filled, fillFieldId, fillKey, missingIn, secretsOf } from "./filling.ts";
import { piecesOf } from "./highlight.ts";
import type { RunPicture } from "./merge.ts";
import { draftKey, planOf, valueFieldId } from "./primary.ts";
import { act, dismissRefusal, renewValues } from "./store.ts";
import { walkNote, walkValue } from "./WalkAnswer.tsx";
import { isRecovered } from "./wayback.ts";

/** Acts that the engine may refuse until a reason or the cluster's name comes with them. */
type Askable = "run.step" | "run.block" | "run.retry" | "run.finish" | "run.on";
type Extra = { typed?: string; reason?: string };

export type Signing = { subject: SignSubject; role: string | null; title: string };

export type RunActs = {
  step: StepActs;
  primary(): void;
  /** What another lane asks for. */
  lane(action: NextAction): void;
  blocked(): void;
  hold(): void;
  resume(): void;
  resumeWithReason(): void;
  abort(): void;
  finish(): void;
  runOn(): void;
  arm(): void;
  ask: Ask | null;
  closeAsk(): void;
  wayBackOf: string | null;
  openWayBack(step: string | null): void;
  closeWayBack(): void;
  /** The one confirmation: the window goes to the run that goes back. Resolves with why it was refused; null where it goes. */
  goBack(request: Omit<ParamsOf<"run.rollback">, "run">): Promise<CallFailure | null>;
  stopCountdown(): void;
  isWayBackOpen: boolean;
  /** What is before a person for signing. */
  signing: Signing | null;
  sign(signing: Signing): void;
  closeSigning(): void;
  /** The difference between the file and the text in force is open. */
  isAmending: boolean;
  openAmendment(): void;
  closeAmendment(): void;
  drafts: Record<string, string>;
  /** Step of which it is being written down that it was done elsewhere. */
  manualOf: string | null;
  closeManual(): void;
};

export function useRunActs(run: RunId, picture: RunPicture, show: (step: string) => void): RunActs {
  const [ask, setAsk] = useState<Ask | null>(null);
  const [drafts, setDrafts] = useState<Record<string, string>>({});
  const [wayBack, setWayBack] = useState<{ step: string | null } | null>(null);
  const [signing, setSigning] = useState<Signing | null>(null);
  const [isAmending, setAmending] = useState(false);
  const [manual, setManual] = useState<string | null>(null);
  // Handed-down callbacks keep their identity while the run changes, so that only changed steps are drawn again.
  const latest = useRef({ picture, drafts, show });
  latest.current = { picture, drafts, show };
  const fixed = useMemo(() => {
    const header = () => latest.current.picture.view.header;
    const stepOf = (id: string) => latest.current.picture.document.steps.find((one) => one.id === id);
    const named = (id: string) => {
      const step = stepOf(id);
      return step === undefined ? id : `${step.number} ${step.title}`;
    };
    const contextOf = (id: string) => {
      const on = stepOf(id)?.directive.on ?? "main";
      return header().clusters.find((pin) => pin.name === on)?.context ?? id;
    };
    const send = async (
      method: Askable,
      params: Record<string, unknown>,
      what: string,
      step: string | null,
      extra: Extra = {},
    ): Promise<void> => {
      const answer = await act(method, { run, ...params, ...extra } as ParamsOf<Askable>);
      let again = params;
      if (answer !== null && params["placeholders"] !== undefined) {
        const values = await renewValues(run);
        // When the step asks for a name or a reason next, what was given may stand on record already: it is not given twice.
        const { placeholders, ...rest } = params;
        if (Object.keys(placeholders as Record<string, string>).every((name) => values[name] !== undefined)) again = rest;
      }
      if (answer === null || answer.ok) return;
      const { error } = answer;
      if (error.code === "confirmation-needed" && method !== "run.on") {
        dismissRefusal();
        askTyped(error, what, step, params["block"], (typed) => void send(method, again, what, step, { ...extra, typed }));
      } else if (error.code === "reason-needed") {
        dismissRefusal();
        setAsk({
          type: "reason",
          title: what,
          about: error.message,
          button: what,
          isRequired: true,
          onAnswer: (reason) => void send(method, again, what, step, { ...extra, reason }),
        });
      }
    };
    const NONE: ReadonlySet<string> = new Set();
    /** What is about to run, as the card shows it: a name is not typed over a command that is out of sight. */
    const commandsOf = (step: string | null, block: unknown): string[] => {
      const blocks = step === null ? [] : (stepOf(step)?.blocks ?? []);
      return blocks
        .filter((one) => one.runnable && (typeof block !== "number" || one.index === block))
        .map((one) =>
          piecesOf(one, latest.current.picture.view.values, null, NONE)
            .map((piece) => piece.text)
            .join(""),
        );
    };
    const askTyped = (
      error: CallFailure | null,
      what: string,
      step: string | null,
      block: unknown,
      then: (typed: string) => void,
    ): void => {
      const told = (error?.details as { type?: unknown } | undefined)?.type;
      const expected = typeof told === "string" ? told : step === null ? "" : contextOf(step);
      setAsk({
        type: "typed",
        title: what,
        about: error?.message ?? "This command is marked as dangerous.",
        commands: commandsOf(step, block),
        expected,
        button: what,
        onAnswer: then,
      });
    };
    const stepSend = (
      method: "run.step" | "run.block" | "run.retry",
      step: string,
      what: string,
      params: Record<string, unknown>,
      typed: string | null,
    ): void => {
      if (typed === null) return void send(method, { step, ...params }, what, step);
      setAsk({
        type: "typed",
        title: what,
        about: `${named(step)}: the name is asked for before this command runs.`,
        commands: commandsOf(step, params["block"]),
        expected: typed,
        button: what,
        onAnswer: (given) => void send(method, { step, ...params }, what, step, { typed: given }),
      });
    };
    const confirm = (step: string, check: number, file?: HandedFile): void => {
      const value = (latest.current.drafts[draftKey(step, check)] ?? "").trim();
      const given = { ...(value === "" ? {} : { value }), ...(file === undefined ? {} : { file }) };
      void act("run.check", { run, step: step as ParamsOf<"run.check">["step"], check, ...given });
    };
    const brand = (step: string) => step as ParamsOf<"run.skip">["step"];
    const resume = (reason: string | null): void => {
      const wanted = header().secretsWanted ?? [];
      const why = reason === null || reason === "" ? {} : { reason };
      if (wanted.length === 0) return void act("run.resume", { run, ...why });
      setAsk({ type: "secrets", names: wanted, onAnswer: (secrets) => void act("run.resume", { run, secrets, ...why }) });
    };
    /** An interrupted gate or soak (`block` null): from its start, or on with a reason. */
    const goOn = (step: string, block: number | null, go: "continue" | "restart"): void => {
      if (go === "restart") return void act("run.gate", { run, step: brand(step), block, go });
      setAsk({
        type: "reason",
        title: block === null ? "Go on with the soak?" : "Go on with the gate?",
        about:
          "The time in which nothing was measured then counts as held. The gap stays named on record, with your name and this reason. Starting again needs no reason.",
        button: "Continue",
        isRequired: true,
        onAnswer: (reason) => void act("run.gate", { run, step: brand(step), block, go, reason }),
      });
    };
    const endSoak = (step: string): void =>
      setAsk({
        type: "reason",
        title: `End the soak of ${named(step)} early?`,
        about: "The step passes now, and stands on record as ended before its time, with your name and this reason.",
        button: "End the soak",
        isRequired: true,
        isDanger: true,
        onAnswer: (reason) => void act("run.endSoak", { run, step: brand(step), reason }),
      });
    const skip = (step: string): void => {
      const on = stepState(step)?.on;
      const isAway = stepState(step)?.status === "todo" && header().clusters.some((pin) => pin.name === on && pin.state === "unreachable");
      const isAsked = isAway && !header().solo;
      setAsk({
        type: "reason",
        title: `Skip ${named(step)}?`,
        about: isAsked
          ? `Cluster ${on} does not answer, so nobody can look. Your reason is put on record, and a second person signs before the run goes past the step. If the cluster answers first, the step can be run.`
          : "The run goes on without it. A verdict it has stands; your reason stands beside it. Steps that need it stay blocked.",
        button: isAsked ? "Ask to go past it" : "Skip the step",
        isRequired: true,
        onAnswer: (reason) => void act("run.skip", { run, step: brand(step), reason }),
      });
    };
    const stepState = (step: string) => latest.current.picture.view.steps.find((one) => one.id === step);
    const judge = (step: string, outcome?: "accepted" | "rejected"): void => {
      const state = latest.current.picture.view.steps.find((one) => one.id === step);
      setAsk({
        type: "judge",
        title: `How did ${named(step)} end?`,
        about: state?.because ? `Unknown: ${state.because}.` : "No authentic end mark was seen, so nobody but a person can say.",
        looked: state?.blocks.flatMap((one) => one.recheck ?? []).at(-1) ?? null,
        outcome: outcome ?? null,
        onAnswer: (word, reason) => void act("run.judge", { run, step: brand(step), outcome: word, reason }),
      });
    };
    const walked = (step: string, block: number, outcome: WalkedOutcome): void => {
      const typed = (name: string): string => (latest.current.drafts[fillKey(step, name)] ?? "").trim();
      const [note, value] = [typed(walkNote(block)), typed(walkValue(block))];
      setDrafts((was) => ({ ...was, [fillKey(step, walkNote(block))]: "", [fillKey(step, walkValue(block))]: "" }));
      void act("run.walked", {
        run,
        step: brand(step),
        block,
        outcome,
        ...(note === "" ? {} : { note }),
        ...(value === "" ? {} : { value }),
      });
    };
    const recheck = (step: string, block: number): void => void act("run.recheck", { run, step: brand(step), block });
    const stop = async (step?: string): Promise<void> => {
      const answer = await act("run.cancel", { run, ...(step === undefined ? {} : { step: brand(step) }) });
      if (answer?.ok && answer.value.survivors.length > 0) setAsk({ type: "survivors", survivors: answer.value.survivors });
    };
    const signHoldPoint = (subject: SignSubject, role: string | null): void => {
      dismissRefusal();
      const title =
        subject.kind === "skip" ? "Going past a step of a lost cluster" : `Hold point ${named(subject.id.slice(run.length + 1))}`;
      setSigning({ subject, role, title });
    };
    const steps: StepActs = {
      runStep: (step, nested) =>
        nested
          ? setAsk({
              type: "reason",
              title: `Type ${named(step)} into the open shell?`,
              about:
                "Its commands are typed where the nested shell now reads. Holdpoint cannot know how they end: the verdict will be unknown, and a person judges.",
              button: "Type it in",
              isRequired: false,
              onAnswer: (reason) => void send("run.step", { step, nested: true }, "Type it in", step, reason === "" ? {} : { reason }),
            })
          : stepSend("run.step", step, "Run step", {}, null),
      runBlock: (step, block) => stepSend("run.block", step, "Run command", { block }, null),
      stop: (step) => void stop(step),
      confirm,
      setDraft: (step, check, value) => setDrafts((was) => ({ ...was, [draftKey(step, check)]: value })),
      setFill: (step, name, value) => setDrafts((was) => ({ ...was, [fillKey(step, name)]: value })),
      fill: (step) => {
        const at = stepOf(step);
        if (at === undefined) return;
        const given = filled(
          step,
          missingIn(at, latest.current.picture.view.values, secretsOf(latest.current.picture.document)),
          latest.current.drafts,
        );
        if (given !== null) void send("run.step", { step, placeholders: given }, "Run step", step);
      },
      asShell: (step, block) => {
        const { document: text, view } = latest.current.picture;
        const asked = stepOf(step)?.blocks.find((one) => one.index === block)?.asShell;
        const secrets = secretsOf(text);
        setAsk({
          type: "reason",
          title: "Run this text as shell?",
          about: `${named(step)}: the file does not say that this is a command. What stands here is run in this run's shell, and recorded as your decision.`,
          commands: asked === undefined ? [] : [asked.commands.trimEnd()],
          placeholders: (asked?.placeholders ?? []).filter((name) => view.values[name] === undefined && !secrets.has(name)),
          button: "Run as shell",
          isRequired: true,
          isDanger: true,
          onAnswer: (reason, placeholders) =>
            void act("run.asShell", {
              run,
              step: brand(step),
              block,
              reason,
              ...(Object.keys(placeholders).length === 0 ? {} : { placeholders }),
            }),
        });
      },
      retry: (step) => stepSend("run.retry", step, "Run it again", {}, null),
      skip,
      judge,
      manual: (step) => setManual(step),
      walked,
      recheck,
      goOn,
      endSoak,
      wayBack: (step) => setWayBack({ step }),
      sign: (step, role) => signHoldPoint({ kind: "holdpoint", id: `${run}/${step}` }, role),
      show: (step) => latest.current.show(step),
    };
    const finish = (): void => {
      const open = latest.current.picture.view.steps.filter((one) => one.status !== "done" && one.wayBack !== true).length;
      // Gone back from, it is finished as it stands: why is on record already.
      if (open === 0 || isRecovered(header())) return void send("run.finish", {}, "Finish the run", null);
      setAsk({
        type: "reason",
        title: "Finish the run early?",
        about: `${open} ${open === 1 ? "step has" : "steps have"} not been done and will stay so. The record is closed and can be exported.`,
        button: "Finish the run",
        isRequired: true,
        onAnswer: (reason) => void send("run.finish", {}, "Finish the run", null, { reason }),
      });
    };
    /** Does what an action asks for: the primary one's, or another lane's. */
    const take = (action: NextAction) => {
      const { document: text, view } = latest.current.picture;
      const fillable = canFill(
        text.steps.find((one) => one.id === action.step),
        view.steps.find((one) => one.id === action.step),
        view.values,
        secretsOf(text),
      );
      const plan = planOf(action, text, latest.current.drafts, fillable);
      switch (plan.type) {
        case "act":
          if (plan.method === "run.check") return plan.check === null ? undefined : confirm(plan.step, plan.check);
          return stepSend(plan.method, plan.step, action.button, plan.block === null ? {} : { block: plan.block }, plan.typed);
        case "value": {
          latest.current.show(plan.step);
          // The field may have to be drawn first.
          return void requestAnimationFrame(() =>
            requestAnimationFrame(() => document.getElementById(valueFieldId(run, plan.step, plan.check))?.focus()),
          );
        }
        case "fill": {
          const step = stepOf(plan.step);
          const names = step === undefined ? [] : missingIn(step, view.values, secretsOf(text));
          const empty = names.find((name) => (latest.current.drafts[fillKey(plan.step, name)] ?? "").trim() === "") ?? "";
          latest.current.show(plan.step);
          return void requestAnimationFrame(() =>
            requestAnimationFrame(() => document.getElementById(fillFieldId(run, plan.step, empty))?.focus()),
          );
        }
        case "recheck":
          return recheck(plan.step, plan.block);
        case "judge":
          return judge(plan.step);
        case "walked":
          return walked(plan.step, plan.block, "passed");
        case "gate":
          return goOn(plan.step, plan.block, "restart");
        case "way-back":
          return setWayBack({ step: plan.step });
        case "resume":
          return resume(null);
        case "finish":
          return finish();
        case "sign":
          // In the role of whoever is signed in, as far as they may; another role is chosen at the step.
          return signHoldPoint(plan.subject, null);
        case "none":
          return;
        default:
          plan satisfies never;
      }
    };
    return {
      step: steps,
      primary: () => take(header().nextAction),
      lane: take,
      blocked: () => {
        const { step } = header().nextAction;
        if (step !== null) skip(step);
      },
      hold: () => {
        if (header().status === "active") void act("run.hold", { run, reason: "Held by hand" });
      },
      resume: () => resume(null),
      resumeWithReason: () => {
        const { hold } = header();
        setAsk({
          type: "reason",
          title: "Resume the run?",
          about: hold === null ? "It goes on where it stood." : `Held by ${hold.by}: ${hold.reason}`,
          button: "Resume",
          isRequired: false,
          onAnswer: (reason) => resume(reason),
        });
      },
      abort: () =>
        setAsk({
          type: "reason",
          title: "Abort the run?",
          about:
            "It ends for good and nothing can be added to it. What runs is stopped. Nothing is undone: the way back is a separate act.",
          button: "Abort the run",
          isRequired: true,
          isDanger: true,
          onAnswer: (reason) => void act("run.abort", { run, reason }),
        }),
      finish,
      runOn: () => void send("run.on", {}, "Run on", null),
      arm: () => {
        const production = header().clusters.find((pin) => pin.class === "production");
        setAsk({
          type: "typed",
          title: "Arm run-on for this run?",
          about:
            "Steps will follow each other on PRODUCTION without a key press between them, until one needs a person, fails, or is marked as dangerous.",
          commands: [],
          expected: production?.context ?? "",
          button: "Arm run-on",
          onAnswer: async (typed) => {
            const answer = await act("run.arm", { run, typed });
            if (answer?.ok) useApp.getState().notify("ok", "Run-on is armed for this run.");
          },
        });
      },
      goBack: async (request: Omit<ParamsOf<"run.rollback">, "run">): Promise<CallFailure | null> => {
        const answer = await callEngine("run.rollback", { run, ...request });
        if (!answer.ok) return answer.error;
        go({ view: "run", run: answer.value.run });
        return null;
      },
      stopCountdown: () => void act("run.stopRollback", { run }),
      openWayBack: (step: string | null) => setWayBack({ step }),
      closeWayBack: () => setWayBack(null),
      closeAsk: () => setAsk(null),
      closeManual: () => setManual(null),
      sign: (what: Signing) => {
        setAmending(false);
        setSigning(what);
      },
      closeSigning: () => setSigning(null),
      openAmendment: () => setAmending(true),
      closeAmendment: () => setAmending(false),
    };
  }, [run]);
  return {
    ...fixed,
    isWayBackOpen: wayBack !== null,
    wayBackOf: wayBack?.step ?? null,
    ask,
    drafts,
    signing,
    isAmending,
    manualOf: manual,
  };
}
