// Set-up: who holds which role in this launch, and briefings with attendance signed. Owns: these sections and their forms.
import { X } from "lucide-react";
import { useEffect, useState } from "react";
import type { LaunchView, OperatorId, RosterEntry } from "../../engine/protocol/index.ts";
import { bridge } from "../bridge/index.ts";
import { Button, Field, formatMoment, IconButton, Notice, plural, SelectField, Status, TextAreaField } from "../design/index.ts";
import { assignWarning } from "./assigning.ts";
import { FormDialog } from "./FormDialog.tsx";
import { Section } from "./Section.tsx";
import { actOn, actOrNotify } from "./slice.ts";
import type { May } from "./useMay.ts";

/** Everybody who is active here; empty while it is not known, or may not be. */
export function usePeople(): RosterEntry[] {
  const [people, setPeople] = useState<RosterEntry[]>([]);
  useEffect(() => {
    let isHere = true;
    const ask = (): void =>
      void bridge()
        .call("people.roster", {})
        .then((result) => {
          if (isHere && result.ok) setPeople(result.value.people.filter((one) => one.status === "active"));
        });
    ask();
    const off = bridge().subscribe("app.changed", ({ what }) => what === "session" && ask());
    return () => {
      isHere = false;
      off();
    };
  }, []);
  return people;
}

/** Roles that the checklist and its decision ask for, in the order they are met, then those held besides. */
export function rolesWanted(
  view: Pick<LaunchView, "categories" | "board" | "people">,
): { role: string; signs: string[]; held: LaunchView["people"] }[] {
  const signs = new Map<string, string[]>();
  const add = (role: string, what: string): void => void signs.set(role, [...(signs.get(role) ?? []), what]);
  for (const category of view.categories) for (const role of category.signoff) add(role, category.title);
  for (const role of view.board.decisionRoles) add(role, "the decision");
  for (const { role } of view.people) if (!signs.has(role)) signs.set(role, []);
  return [...signs].map(([role, what]) => ({ role, signs: [...new Set(what)], held: view.people.filter((one) => one.role === role) }));
}

export function PeopleSection({ view, may, people }: { view: LaunchView; may: May; people: RosterEntry[] }) {
  const [role, setRole] = useState<string | null>(null);
  const rows = rolesWanted(view);
  const { launch } = view.header;
  const missing = rows.filter((one) => one.held.length === 0).length;
  return (
    <Section
      title="People and roles"
      sub={missing === 0 ? plural(rows.length, "role") : <span className="warn-text">{plural(missing, "role")} without a person</span>}
      act={() => setRole("")}
      actLabel="Assign"
      unavailable={may.lead}
      isEmpty={rows.length === 0}
      empty="Who does what in this launch. The roles that sign come from the checklist."
    >
      <ul className="setup-list">
        {rows.map((one) => (
          <li key={one.role}>
            <span className="setup-role">
              {one.role}
              <small>{one.signs.length === 0 ? "signs nothing" : `signs ${one.signs.join(", ")}`}</small>
            </span>
            <span className="grow setup-holders">
              {one.held.length === 0 ? (
                <Button kind="ghost" small unavailable={may.lead} onClick={() => setRole(one.role)}>
                  Assign somebody<span className="visually-hidden"> as {one.role}</span>
                </Button>
              ) : (
                one.held.map((person) => (
                  <span key={person.operator} className="chip">
                    {person.name}
                    <IconButton
                      label={`Take ${person.name} off ${one.role}`}
                      unavailable={may.lead}
                      onClick={() => void actOrNotify("launch.assign", { launch, role: one.role, operator: person.operator, remove: true })}
                    >
                      <X size={14} />
                    </IconButton>
                  </span>
                ))
              )}
            </span>
          </li>
        ))}
      </ul>
      {role === null ? null : <AssignForm view={view} rows={rows} role={role} people={people} onClose={() => setRole(null)} />}
    </Section>
  );
}

type RoleRow = ReturnType<typeof rolesWanted>[number];

function AssignForm({
  view,
  rows,
  role: given,
  people,
  onClose,
}: {
  view: LaunchView;
  rows: RoleRow[];
  role: string;
  people: RosterEntry[];
  onClose(): void;
}) {
  const [role, setRole] = useState(given);
  const [operator, setOperator] = useState("");
  const person = people.find((one) => one.id === operator);
  const warning = person === undefined ? "" : assignWarning(rows, role.trim(), person);
  const send = async (): Promise<string | null> => {
    const result = await actOn("launch.assign", { launch: view.header.launch, role: role.trim(), operator: operator as OperatorId });
    return result.ok ? null : result.error.message;
  };
  return (
    <FormDialog
      title="Assign a role"
      about="One person may hold several roles, and a role may have several people. Nobody signs what they answered themselves, and whoever answered an item or ran a step does not sign the decision. Who is missing here is enrolled under People."
      button="Assign"
      problem={role.trim() === "" ? "Name the role." : operator === "" ? "Choose the person." : null}
      onSend={send}
      onClose={onClose}
    >
      <Field label="Role" list="launch-roles" maxLength={100} value={role} onChange={(event) => setRole(event.target.value)} />
      <datalist id="launch-roles">
        {rows.map((one) => (
          <option key={one.role} value={one.role} />
        ))}
      </datalist>
      <SelectField label="Person" value={operator} onChange={(event) => setOperator(event.target.value)}>
        <option value="">Choose…</option>
        {people.map((one) => (
          <option key={one.id} value={one.id}>
            {one.name} ({one.id}){one.title === "" ? "" : `, ${one.title}`}
          </option>
        ))}
      </SelectField>
      {warning === "" ? null : (
        <Notice kind="warn" live>
          {warning}
        </Notice>
      )}
    </FormDialog>
  );
}

export function BriefingSection({ view, may, onSign }: { view: LaunchView; may: May; onSign(seq: number): void }) {
  const [isOpen, setOpen] = useState(false);
  const [text, setText] = useState("");
  const { launch } = view.header;
  return (
    <Section
      title="Briefing"
      act={() => setOpen(true)}
      actLabel="Hold a briefing"
      unavailable={may.take}
      isEmpty={view.briefings.length === 0}
      empty="What everybody was told before it began. Those who were there sign that they were."
    >
      <ul className="setup-notes">
        {view.briefings.map((one) => (
          <li key={one.seq}>
            <p className="setup-text">{one.text}</p>
            <p className="dim">
              {one.by}, {formatMoment(one.at)}
            </p>
            <div className="setup-line">
              <Status state={one.attended.length === 0 ? "signoff" : "passed"} size={14} />
              <span className="grow mid">
                {one.attended.length === 0 ? "Nobody has signed attendance yet." : `There: ${one.attended.join(", ")}.`}
              </span>
              <Button small unavailable={may.take} onClick={() => onSign(one.seq)}>
                Sign attendance
              </Button>
            </div>
          </li>
        ))}
      </ul>
      {isOpen ? (
        <FormDialog
          wide
          title="Hold a briefing"
          button="Record it"
          problem={text.trim() === "" ? "Write what was said." : null}
          onSend={async () => {
            const result = await actOn("launch.briefing", { launch, text: text.trim() });
            if (result.ok) setText("");
            return result.ok ? null : result.error.message;
          }}
          onClose={() => setOpen(false)}
        >
          <TextAreaField
            label="What everybody is told"
            hint="Plan, roles, channel, way back, when to stop."
            rows={8}
            maxLength={10_000}
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
        </FormDialog>
      ) : null}
    </Section>
  );
}
