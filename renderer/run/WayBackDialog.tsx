// The way back, asked once: what undoes what was begun, its promised time, and what can be done about it now.
// Owns: the words and the choice. Does not start a run: it leads to the start dialog or to the step.
import { FileText, Undo2 } from "lucide-react";
import type { RunbookDocument } from "../../engine/protocol/index.ts";
import { Button, baseName, Dialog, formatDuration, Notice } from "../design/index.ts";
import { Code } from "./Code.tsx";
import type { WayBackNow } from "./wayback.ts";

type Props = {
  ways: WayBackNow[];
  document: RunbookDocument;
  values: Record<string, string>;
  variables: ReadonlySet<string>;
  secrets: ReadonlySet<string>;
  /** The library's own emergency runbook, where there is one. */
  emergency: string | null;
  onOpenFile(path: string): void;
  onShowStep(step: string): void;
  onRunStep(step: string): void;
  /** What has to happen before a step can start; it is done by the same one confirmation, and said on the button. */
  first: "stop" | "resume" | null;
  isOver: boolean;
  unavailable: string | null;
  onClose(): void;
};

export function WayBackDialog(props: Props) {
  const { ways, emergency, onOpenFile, onClose } = props;
  const offersEmergency = emergency !== null && !ways.some(({ way }) => way.type === "file" && way.path === emergency);
  return (
    <Dialog
      open
      wide
      title="Go back?"
      description="Nothing happens until you choose below. The run goes on as it stands; hold it first if nothing more may start."
      onClose={onClose}
      footer={<Button onClick={onClose}>Not now</Button>}
    >
      {ways.length === 0 ? (
        <Notice kind="warn">
          No step begun so far names its way back in this runbook.
          {offersEmergency ? " The emergency runbook below is the general one." : " Go by your emergency procedure."}
        </Notice>
      ) : (
        ways.map((way, index) => <Way key={way.from.id} {...props} now={way} isFirst={index === 0} />)
      )}
      {offersEmergency ? (
        <section className="run-way">
          <header>
            <FileText size={18} aria-hidden="true" />
            <h3>Emergency rollback</h3>
            <span className="end mono">{baseName(emergency)}</span>
          </header>
          <p className="mid">The general way back of this library, as a run of its own with its own record.</p>
          <div className="run-way-foot">
            <Button unavailable={props.unavailable} onClick={() => onOpenFile(emergency)}>
              Prepare this run…
            </Button>
          </div>
        </section>
      ) : null}
    </Dialog>
  );
}

function Way({
  now,
  isFirst,
  document: text,
  values,
  variables,
  secrets,
  onOpenFile,
  onShowStep,
  onRunStep,
  first,
  isOver,
  unavailable,
}: Props & { now: WayBackNow; isFirst: boolean }) {
  const { way, from, targetMs } = now;
  const target = targetMs === null ? "no time promised" : `promised under ${formatDuration(targetMs)}`;
  const step = way.type === "anchor" ? text.steps.find((one) => one.id === way.step) : undefined;
  return (
    <section className="run-way">
      <header>
        <Undo2 size={18} aria-hidden="true" />
        <h3>{way.type === "anchor" ? way.title : way.type === "file" ? baseName(way.path) : "In words"}</h3>
        <span className="end">{target}</span>
      </header>
      <p className="mid">
        Undoes {from.number} {from.title}.
        {way.type === "anchor"
          ? " It is a step of this runbook, recorded like any other. Its time against the promise is not measured yet."
          : way.type === "file"
            ? " It is a runbook of its own, with a run and a record of its own."
            : ""}
      </p>
      {way.type === "words" ? <p className="run-way-words">{way.text}</p> : null}
      {step?.blocks
        .filter((block) => block.runnable)
        .map((block) => (
          <Code key={block.index} block={block} values={values} variables={variables} secrets={secrets} resolved={null} />
        ))}
      {step?.checks.map((check) => (
        <p key={check.index} className="mid">
          Check: {check.text}
        </p>
      ))}
      {way.type === "words" ? null : (
        <div className="run-way-foot">
          {way.type === "anchor" ? (
            <>
              {isOver ? <span className="grow warn-text">The run is over: nothing can be added to it.</span> : null}
              <Button onClick={() => onShowStep(way.step)}>Show step {step?.number ?? ""}</Button>
              <Button kind={isFirst ? "accent" : "plain"} disabled={isOver} unavailable={unavailable} onClick={() => onRunStep(way.step)}>
                {first === "stop" ? "Stop the block and run" : first === "resume" ? "Resume and run" : "Run"} step {step?.number ?? ""}
              </Button>
            </>
          ) : (
            <Button kind={isFirst ? "accent" : "plain"} unavailable={unavailable} onClick={() => onOpenFile(way.path)}>
              Prepare this run…
            </Button>
          )}
        </div>
      )}
    </section>
  );
}
