// What stands before kubectl, helm and their like in the shells of a rehearsal: it starts them on the pinned cluster, or says no and tells.
// Owns: the script, and where the programs are that it stands before. Who hears of an attempt is engine/run.
import { accessSync, chmodSync, constants, mkdirSync, realpathSync, statSync, writeFileSync } from "node:fs";
import { delimiter, isAbsolute, join } from "node:path";
import { LEADING } from "./ways-out.ts";

/** Programs with kubectl's or Helm's options for choosing a cluster. */
const TOOLS = ["kubectl", "k", "oc", "helm", "helmfile", "k9s", "flux", "istioctl", "stern", "velero", "cilium", "linkerd"];
/** Where rc files put such programs onto PATH. Below the home directory, and absolute. */
const USUAL_IN_HOME = ["bin", ".local/bin", ".krew/bin", ".asdf/shims", ".rd/bin", "google-cloud-sdk/bin"];
const USUAL = ["/usr/local/bin", "/usr/bin", "/bin", "/snap/bin", "/opt/homebrew/bin", "/home/linuxbrew/.linuxbrew/bin", "/usr/local/sbin"];
/** The program was not started because it would have left the rehearsal (EX_NOPERM of sysexits.h). */
export const REFUSED = 77;

export type StandIn = {
  /** Goes first on PATH. */
  folder: string;
  /** Programs it stands before: `script` in their place, while `as` still leads to the program itself. */
  programs: { name: string; path: string; script: string; as: string }[];
};

type Pinned = { kubeconfig: string; context: string };
type Places = { folder: string; path: string; homeDir: string; told: string; isReplaced: boolean };

/**
 * Writes a script for every tool that is there. `isReplaced`: the scripts will stand in the programs' own places, and reach them by their
 * second name. An attempt is a line in the file `told`: tool, tab, what.
 */
export function writeStandIns({ kubeconfig, context }: Pinned, places: Places): StandIn {
  const folder = join(places.folder, "bin");
  const aside = join(places.folder, "programs");
  for (const path of [folder, aside]) mkdirSync(path, { recursive: true, mode: 0o700 });
  const seen = new Set<string>();
  const programs = TOOLS.flatMap((name) => {
    const paths = placesOf(name, places).filter((path) => !seen.has(path));
    if (paths.length === 0) return [];
    const script = join(folder, name);
    return paths.map((path, index) => {
      seen.add(path);
      const as = join(aside, `${name}-${index}`);
      if (places.isReplaced) writeFileSync(as, "", { mode: 0o600 });
      if (index === 0) {
        writeFileSync(script, scriptOf(name, places.isReplaced ? as : path, { kubeconfig, context, told: places.told }));
        chmodSync(script, 0o700);
      }
      return { name, path, script, as };
    });
  });
  return { folder, programs };
}

function placesOf(name: string, { path, homeDir }: Places): string[] {
  const folders = [...path.split(delimiter).filter(isAbsolute), ...USUAL, ...USUAL_IN_HOME.map((folder) => join(homeDir, folder))];
  return [...new Set(folders.flatMap((folder) => programAt(join(folder, name))))];
}

function programAt(path: string): string[] {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile() ? [realpathSync(path)] : [];
  } catch {
    return []; // not there
  }
}

const quote = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`;

/** Everything is decided by what the program is given, at the moment at which it is given it: by hand, by a script, by a child of a child. */
function scriptOf(name: string, program: string, { kubeconfig, context, told }: Pinned & { told: string }): string {
  const hasShortServer = name === "kubectl" || name === "k" || name === "oc";
  return `#!/bin/sh
# Holdpoint: this shell belongs to a rehearsal. ${name} is started on its cluster, and on no other.
no() {
  printf '%s\\t%s\\n' ${quote(name)} "$1" >>${quote(told)} 2>/dev/null
  printf '\\033[1;35mREHEARSAL\\033[0m ${name} was not started: %s. A rehearsal reaches its own cluster only.\\n' "$1" >&2
  exit ${REFUSED}
}
look() {
  case $1 in
    *kubeconfig) [ "$2" = ${quote(kubeconfig)} ] || no "$1 names another kubeconfig ($2)" ;;
    *context) [ "$2" = ${quote(context)} ] || no "$1 names another context ($2)" ;;
    *token) no "$1 brings credentials along" ;;
    *) no "$1 names another cluster ($2)" ;;
  esac
}
[ "\${KUBECONFIG-}" = ${quote(kubeconfig)} ] || no "KUBECONFIG is \${KUBECONFIG:-not set}"
for name in ${LEADING.join(" ")} KUBERNETES_MASTER HELM_KUBECONTEXT HELM_KUBEAPISERVER HELM_KUBETOKEN HELM_KUBECAFILE; do
  eval "value=\\\${$name-}"
  [ -z "$value" ] || no "$name is set"
done
want= before=
for word do
  if [ -n "$want" ]; then look "$want" "$word"; want=; continue; fi
  case $before:$word in
    config:use-context | config:use | config:set | config:set-* | config:unset | config:rename-context | config:delete-*)
      ${hasShortServer ? `no "config $word rewrites the pinned kubeconfig"` : ":"} ;;
  esac
  case $word in
    --) break ;;
    --kubeconfig | --context | --kube-context | --cluster | --server | --kube-apiserver${hasShortServer ? " | --token | -s" : ""} | --kube-token) want=$word ;;
    --kubeconfig=* | --context=* | --kube-context=* | --cluster=* | --server=* | --kube-apiserver=*${hasShortServer ? " | --token=* | -s=*" : ""} | --kube-token=*)
      look "\${word%%=*}" "\${word#*=}" ;;
    ${hasShortServer ? `-shttp*) look -s "\${word#-s}" ;;` : ""}
  esac
  case $word in -*) ;; *) before=$word ;; esac
done
exec ${quote(program)} "$@"
`;
}
