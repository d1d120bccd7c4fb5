// Above the primary action: a cluster of the run that does not answer, what waits for it, and what can be done about that.
// Owns: its drawing. Null while every cluster answers. Does not act: it calls back.
import { PenLine, Unplug } from "lucide-react";
import type { NextAction, PinView, RunHeader, StepId, StepState } from "../../engine/protocol/index.ts";
import { Button, formatMoment } from "../design/index.ts";
import { waitingFor } from "./away.ts";

type Props = {
  header: RunHeader;
  steps: StepState[];
  zone: string;
  isReadOnly: boolean;
  isBusy: boolean;
  onShow(step: string): void;
  onSkip(step: string): void;
  onAct(action: NextAction): void;
};

export function AwayBand(props: Props) {
  const { header } = props;
  if (header.status === "finished" || header.status === "aborted") return null;
  return header.clusters.filter((pin) => pin.state === "unreachable").map((pin) => <Away key={pin.name} {...props} pin={pin} />);
}

function Away({ pin, header, steps, zone, isReadOnly, isBusy, onShow, onSkip, onAct }: Props & { pin: PinView }) {
  const waiting = waitingFor(steps, pin.name);
  const first = waiting[0];
  const others = header.clusters.filter((one) => one.name !== pin.name && one.state === "proved").map((one) => one.name);
  const { skipProposed } = first ?? {};
  const last = pin.provedAt === null ? "It has not answered in this run." : `It answered last ${formatMoment(pin.provedAt, zone)}.`;
  return (
    <section className="run-away" aria-label={`Cluster ${pin.name} does not answer`}>
      <Unplug size={20} aria-hidden="true" />
      <span className="grow">
        <b>
          Cluster {pin.name} does not answer <span className="mono">{pin.context}</span>
        </b>
        <small>
          {last}{" "}
          {waiting.length === 0
            ? "No step waits for it."
            : `${waiting.length === 1 ? "Step" : "Steps"} ${waiting.map((step) => step.number).join(", ")} ${waiting.length === 1 ? "waits" : "wait"} for it; ${others.length === 0 ? "steps without a cluster" : others.join(" and ")} ${others.length === 1 ? "goes" : "go"} on.`}{" "}
          It is asked every few seconds, and must prove to be the same.
        </small>
        {skipProposed === undefined ? null : (
          <small>
            <b>{skipProposed.by}</b> asks to go past step {first?.number}: {skipProposed.reason}
          </small>
        )}
      </span>
      {first === undefined ? null : (
        <Button small onClick={() => onShow(first.id)}>
          Show step {first.number}
        </Button>
      )}
      {first === undefined || isReadOnly ? null : skipProposed === undefined ? (
        <Button small disabled={isBusy} onClick={() => onSkip(first.id)}>
          Go past step {first.number}…
        </Button>
      ) : (
        <Button
          small
          icon={<PenLine size={14} aria-hidden="true" />}
          disabled={isBusy}
          onClick={() => onAct(signing(first.id, skipProposed.subject))}
        >
          Sign to go past step {first.number}…
        </Button>
      )}
    </section>
  );
}

/** The same act as the primary action's, for a step that is not the lane's next one. */
const signing = (step: StepId, subject: NonNullable<StepState["skipProposed"]>["subject"]): NextAction => ({
  kind: "blocked",
  step,
  block: null,
  check: null,
  say: "",
  detail: "",
  button: "",
  after: "",
  typed: null,
  signs: { subject, roles: [] },
});
