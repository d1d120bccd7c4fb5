// Shell integration for fish. Owns: the same promises as far as fish can keep them.
// fish has no errexit: a block runs to its end and the last status counts; the window says so.
import { type BlockScript, FOLLOWED_CHARS, type IntegrationFacts, TOLD_CHARS } from "./facts.ts";

/** A word that fish reads back byte for byte. */
export const quoteFish = (word: string): string => `'${word.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;

/** Sourced by --init-command, after the operator's config.fish. */
export function fishInit({ nonce, fifo, reported, pinned, pathFirst, withdrawn, watched }: IntegrationFacts): string {
  return `set -g __hp_token ''
set -g __hp_pid $fish_pid
set -g fish_history ''
function __hp_mark; builtin printf '\\e]633;%s;%s\\a' ${quoteFish(nonce)} (string join ';' -- $argv) >/dev/tty; end
function __hp_values
  string escape --style=url -- "$PWD"
  for name in ${reported.map(quoteFish).join(" ")}; string escape --style=url -- "$$name"; end
  __hp_resolved
end
# What each watched name would run: its file and its function, and the functions that lead on from there. No process is started for it.
function __hp_resolved
  set -g __hp_room ${TOLD_CHARS}
  set -g __hp_seen ${watched.commands.map(quoteFish).join(" ")}
  for name in $__hp_seen
    set -l file (command -s $name)
    echo $name=file:(string escape --style=url -- "$file[1]")
  end
  for name in ${watched.commands.map(quoteFish).join(" ")}; __hp_overlaid $name; end
  for name in ${watched.variables.map(quoteFish).join(" ")}; test -z "$$name"; or echo $name=set:; end
end
function __hp_overlaid
  functions -q $argv[1]; or return
  set -l lines (functions $argv[1])
  # Where it comes from and its head, which names what it wraps.
  while set -q lines[1]; and not string match -q 'function *' -- $lines[1]; set -e lines[1]; end
  set -e lines[1]
  set -l body (string join \\n -- $lines | string collect)
  set -l length (string length -- "$body")
  if test "$length" -gt $__hp_room; echo $argv[1]=long:; return; end
  set -g __hp_room (math $__hp_room - $length - 30)
  echo $argv[1]=function:(string escape --style=url -- "$body")
  test "$length" -le ${FOLLOWED_CHARS}; or return
  for word in (string match -ra '[A-Za-z_][A-Za-z0-9_.:-]*' -- "$body")
    contains -- $word $__hp_seen; and continue
    set -a __hp_seen $word
    string match -q '__hp_*' -- $word; or __hp_overlaid $word
  end
end
function __hp_begin
  set -g __hp_token $argv[1]; set -g __hp_code ''; set -g __hp_ps
  set -gx HOLDPOINT_BLOCK $argv[2]
  __hp_mark C $__hp_token
end
function __hp_finish
  set -e HOLDPOINT_BLOCK
  __hp_mark D $argv[1] $__hp_token (string join ' ' -- $__hp_ps) (__hp_values)
  set -g __hp_token ''
end
function __hp_prompt --on-event fish_prompt
  set -l code $status
  if test -n "$__hp_token"; if test -n "$__hp_code"; set code $__hp_code; end; __hp_finish $code; end
  __hp_mark A (__hp_values)
end
function __hp_preexec --on-event fish_preexec
  string match -q '*/holdpoint-block-*' -- $argv[1]; and return
  __hp_mark S
  __hp_mark E (string escape --style=url -- "$argv[1]")
end
# What \`exit\` was given is not told here: the mark has no code, and the process's own exit status is the block's.
function __hp_exit --on-event fish_exit
  test -n "$__hp_token"; or return
  set -e HOLDPOINT_BLOCK
  # By another shell: fish cannot open a pipe both ways, and one that nobody reads would keep it waiting. See bash.ts.
  test -p ${quoteFish(fifo)}; and command sh -c 'exec 9<>"$1" >"$1" 9>&-; printf "%s\\0" exit "$2"; env -0; printf "\\0"' sh ${quoteFish(fifo)} "$PWD" 2>/dev/null
  __hp_mark X '' $__hp_token '' (__hp_values)
  set -g __hp_token ''
end
${Object.entries(pinned)
  .map(
    ([name, value]) => `test "$${name}" = ${quoteFish(value)}; or __hp_mark R ${name} (string escape --style=url -- "$${name}")
set -gx ${name} ${quoteFish(value)}`,
  )
  .join("\n")}
${withdrawn.length === 0 ? "" : fishWithdraw(withdrawn, Object.keys(pinned))}${pathFirst === "" ? "" : `set -gx PATH ${quoteFish(pathFirst)} $PATH\n`}`;
}

/** What config.fish exported of these is taken away again, and told by name: the value may be a secret. */
const fishWithdraw = (patterns: string[], pinned: string[]): string => `for name in (set -nx)
  contains -- $name ${["HOLDPOINT", ...pinned].map(quoteFish).join(" ")}; and continue
  for pattern in ${patterns.map(quoteFish).join(" ")}
    if string match -q -- $pattern $name; __hp_mark R $name ''; set -e $name; break; end
  end
end
`;

export function fishOuter({ token, blockId, inner, exports, cwd }: BlockScript): string {
  return `__hp_begin ${quoteFish(token)} ${quoteFish(blockId)}
${exports}${cwd === null ? "" : `cd ${quoteFish(cwd)}\n`}source ${quoteFish(inner)}
set -g __hp_sourced $status
test -n "$__hp_code"; or set -g __hp_code $__hp_sourced
# Here and not only at the prompt: before it fish writes a sign for a missing newline, which is no output of the block.
__hp_finish $__hp_code
`;
}

export const FISH_TRAILER = `\nset -g __hp_code $status; set -g __hp_ps $pipestatus\n`;
