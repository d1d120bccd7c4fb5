// The clusters column: every context with its class, whether it answers, and broken ones with their error.
// Owns: drawing. Takes contexts, answers and callbacks.
import { RefreshCw, Tags } from "lucide-react";
import type { ClusterClass, ContextEntry } from "../../engine/protocol/index.ts";
import { Button, EmptyState, IconButton, Menu, PanelHead, plural } from "../design/index.ts";
import type { ProbeState } from "../library/slice.ts";
import "./cluster.css";
import { ContextRow } from "./ContextRow.tsx";

const CLASSES: { value: ClusterClass; label: string; hint: string }[] = [
  { value: "production", label: "Production", hint: "Red band; the name is typed at the pin and at dangerous steps" },
  { value: "staging", label: "Staging", hint: "Shared with others, not with customers" },
  { value: "sandbox", label: "Sandbox", hint: "For trying and rehearsing" },
  { value: "local", label: "Local", hint: "On this computer" },
];

export function ClustersPanel({
  contexts,
  probes,
  isLooking,
  unavailable,
  onLookAgain,
  onProbe,
  onClassify,
}: {
  contexts: ContextEntry[];
  probes: Record<string, ProbeState>;
  isLooking: boolean;
  /** Why no server can be asked and no class set here. */
  unavailable: string | null;
  onLookAgain(): void;
  onProbe(context: string): void;
  onClassify(context: string, cluster: ClusterClass): void;
}) {
  const files = new Set(contexts.map((one) => one.file)).size;
  const isGuessed = contexts.some((one) => one.error === null && one.class === null);
  return (
    <section aria-label="Clusters">
      <PanelHead
        title="Clusters"
        sub={contexts.length === 0 ? undefined : `${plural(contexts.length, "context")} in ${plural(files, "file")}`}
        end={
          <Button
            kind="ghost"
            small
            icon={<RefreshCw size={15} className={isLooking ? "turning" : ""} />}
            disabled={isLooking}
            unavailable={unavailable}
            onClick={onLookAgain}
          >
            Look again
          </Button>
        }
      />
      <div className="side-body">
        {contexts.length === 0 ? (
          <EmptyState title="No cluster context found">
            Contexts come from the files in KUBECONFIG, else from ~/.kube/config. Runbooks that need no cluster run without one.
          </EmptyState>
        ) : (
          <ul className="contexts">
            {contexts.map((entry) => (
              <ContextRow
                key={`${entry.file} ${entry.name}`}
                entry={entry}
                probe={probes[entry.name]}
                {...(unavailable === null ? { onProbe: () => onProbe(entry.name) } : {})}
                end={
                  entry.error !== null || unavailable !== null ? null : (
                    <Menu
                      items={[
                        { kind: "label", id: "head", label: `Class of ${entry.name}` },
                        ...CLASSES.map(({ value, label, hint }) => ({
                          id: value,
                          label,
                          hint: value === entry.suggestedClass && entry.class === null ? `${hint}. Suggested by its name` : hint,
                          checked: entry.class === value,
                          onSelect: () => onClassify(entry.name, value),
                        })),
                      ]}
                      trigger={
                        <span>
                          <IconButton label={`Set the class of ${entry.name}`}>
                            <Tags size={16} />
                          </IconButton>
                        </span>
                      }
                    />
                  )
                }
              />
            ))}
          </ul>
        )}
        {contexts.length === 0 ? null : (
          <p className="dim side-note">
            Nothing is chosen. {isGuessed ? "Set each cluster's class once; a name is only a hint. " : ""}A run chooses its cluster, and
            production is typed by name.
          </p>
        )}
      </div>
    </section>
  );
}
