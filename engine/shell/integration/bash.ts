// Shell integration for bash, as the text of its rc file and of a block's outer file.
// Owns: where the end mark comes from, errexit inside a block, traps and options put back. Does not start shells.
// Seen to fail elsewhere, and so avoided: plain `set -e` (ends the shell), a mark from a forked child's EXIT trap,
// options that leak into the next block, an ERR trap that returns from a function and lets its caller go on.
import { type BlockScript, FOLLOWED_CHARS, type IntegrationFacts, quotePosix, TOLD_CHARS } from "./facts.ts";

/** The rc file: the operator's own first, then ours, so that ours has the last word. */
export function bashRc({ nonce, fifo, reported, pinned, pathFirst, withdrawn, watched }: IntegrationFacts): string {
  return `
# Behind the place that a scalar assignment takes: an rc file that makes its own PROMPT_COMMAND read-only keeps ours.
PROMPT_COMMAND=([9]=__hp_prompt)
if [ -r ~/.bashrc ]; then . ~/.bashrc; fi
# An alias named like a builtin would be read into the functions below.
__hp_aliases=$(shopt -p expand_aliases)
shopt -u expand_aliases
# Lines typed by hand are reported from the history list, whatever the operator's filters are; nothing is added to the history file.
set -o history
history -r 2>/dev/null
unset HISTFILE
HISTCONTROL= HISTIGNORE= HISTTIMEFORMAT=
shopt -s cmdhist lithist
__hp_pid=$$ __hp_token= __hp_code= __hp_ps=() __hp_fail= __hp_user_exit= __hp_outer= __hp_last=
__hp_named=(${reported.map(quotePosix).join(" ")}) __hp_commands=(${watched.commands.map(quotePosix).join(" ")}) __hp_variables=(${watched.variables.map(quotePosix).join(" ")})
eval "set -- $(builtin trap -p EXIT)"
__hp_rc_trap=\${3-} __hp_raw=
set --
__hp_esc() {
  local s=$1
  s=\${s//%/%25}; s=\${s//;/%3B}; s=\${s//$'\\n'/%0A}; s=\${s//$'\\r'/%0D}; s=\${s//$'\\e'/%1B}; s=\${s//$'\\a'/%07}; s=\${s//$'\\t'/%09}
  __hp_escaped=\${s//[[:cntrl:]]/ }
}
# Marks leave only from the shell's own process: an EXIT trap may fire in a forked child.
__hp_mark() {
  [[ "$BASHPID" = "$__hp_pid" ]] || return 0
  builtin printf '\\e]633;%s;%s\\a' ${quotePosix(nonce)} "$1" >/dev/tty 2>/dev/null && return 0
  # A block may have disabled it; that stays as it is.
  builtin enable printf
  builtin printf '\\e]633;%s;%s\\a' ${quotePosix(nonce)} "$1" >/dev/tty
  builtin enable -n printf
}
__hp_values() {
  { local -; builtin set +xvu; } 2>/dev/null
  local name
  __hp_esc "$PWD"; __hp_list=$__hp_escaped
  for name in "\${__hp_named[@]}"; do __hp_esc "\${!name-}"; __hp_list+=";$__hp_escaped"; done
  __hp_resolved
}
# What each watched name would run: its file, its alias and its function, and the aliases and functions that those lead to.
# No process is started for it, but where a function has such a name. Words are found without IFS, which may be anything.
__hp_resolved() {
  local name file dir rest=\${PATH-}: dirs=() __hp_room=${TOLD_CHARS} __hp_seen=" trap "
  for name in "\${__hp_commands[@]}"; do __hp_seen+="$name "; done
  while [[ -n $rest ]]; do
    dir=\${rest%%:*} rest=\${rest#*:}
    [[ $dir = /* ]] || dir=$PWD\${dir:+/$dir}
    dirs+=("$dir")
  done
  for name in "\${__hp_commands[@]}"; do
    file=\${BASH_CMDS[$name]-}
    if [[ -z $file ]]; then
      for dir in "\${dirs[@]}"; do if [[ -f $dir/$name && -x $dir/$name ]]; then file=$dir/$name; break; fi; done
    fi
    [[ -z $file || $file = /* ]] || file=$PWD/$file
    __hp_tell "$name" file "$file"
  done
  for name in "\${__hp_commands[@]}"; do __hp_overlaid "$name"; done
  for name in "\${__hp_variables[@]}"; do [[ -z \${!name-} ]] || __hp_list+=";$name=set:"; done
}
__hp_overlaid() {
  local body
  if [[ -n \${BASH_ALIASES[$1]+x} ]]; then __hp_tell "$1" alias "\${BASH_ALIASES[$1]}"; fi
  if builtin declare -F "$1" >/dev/null; then body=$(builtin declare -f "$1"); __hp_tell "$1" function "\${body#*'()'}"; fi
}
__hp_tell() {
  local rest=$3 word
  if [[ \${#3} -gt $__hp_room ]]; then __hp_list+=";$1=long:"; return 0; fi
  __hp_room=$((__hp_room - \${#3} - \${#1} - 10))
  __hp_esc "$3"
  __hp_list+=";$1=$2:$__hp_escaped"
  [[ $2 != file && \${#3} -le ${FOLLOWED_CHARS} ]] || return 0
  while [[ $rest =~ [A-Za-z_][A-Za-z0-9_.:-]* ]]; do
    word=\${BASH_REMATCH[0]}
    rest=\${rest#*"$word"}
    [[ $word != __hp_* && $__hp_seen != *" $word "* ]] || continue
    __hp_seen+="$word "
    __hp_overlaid "$word"
  done
}
# Cut by hand and not at IFS, which the block may have made read-only.
__hp_put_back() {
  local name rest
  rest=$SHELLOPTS:; while [[ -n $rest ]]; do name=\${rest%%:*} rest=\${rest#*:}; [[ :$__hp_shellopts: = *":$name:"* ]] || builtin set +o "$name"; done
  rest=$__hp_shellopts:; while [[ -n $rest ]]; do name=\${rest%%:*} rest=\${rest#*:}; [[ :$SHELLOPTS: = *":$name:"* ]] || builtin set -o "$name"; done
  rest=$BASHOPTS:; while [[ -n $rest ]]; do name=\${rest%%:*} rest=\${rest#*:}; [[ :$__hp_bashopts: = *":$name:"* ]] || builtin shopt -u "$name"; done
  rest=$__hp_bashopts:; while [[ -n $rest ]]; do name=\${rest%%:*} rest=\${rest#*:}; [[ :$BASHOPTS: = *":$name:"* ]] || builtin shopt -s "$name"; done
}
__hp_traps_back() {
  local now signal words
  now=$(builtin trap -p)
  [[ "$now" = "$__hp_traps" ]] && return 0
  while builtin read -r words; do
    signal=\${words##* }
    case $signal in EXIT | SIGTTIN | SIGTTOU | SIGTSTP) ;; *[!A-Z0-9]* | '') ;; *) builtin trap - "$signal" ;; esac
  done <<<"$now"
  __hp_raw=1
  builtin eval "$__hp_traps"
  __hp_raw=
  builtin trap __hp_exit EXIT
}
__hp_begin() {
  __hp_token=$1 __hp_outer=$2 __hp_code= __hp_ps=() __hp_fail= __hp_user_exit=
  __hp_shellopts=$SHELLOPTS __hp_bashopts=$BASHOPTS __hp_traps=$(builtin trap -p)
  export HOLDPOINT_BLOCK=$3
  __hp_mark "C;$__hp_token"
}
# \`D\` at the block's end, \`X\` where the shell itself ends.
__hp_mark_end() {
  local one codes=
  for one in "\${__hp_ps[@]}"; do codes+="$one "; done
  __hp_values
  __hp_mark "$2;$1;$__hp_token;$codes;$__hp_list"
  __hp_token=
}
# Runs what the block left for its own end, puts options and traps back, says how the block ended.
__hp_finish() {
  local code=$1
  [[ -n "$__hp_token" ]] || return 0
  # A function of this name would take all of what follows.
  unset -f builtin 2>/dev/null
  builtin set +xvneu
  builtin trap - ERR DEBUG RETURN
  [[ -z "$__hp_user_exit" ]] || __hp_run_exit_trap "$code"
  builtin unset HOLDPOINT_BLOCK
  [[ -t 0 ]] || exec </dev/tty
  [[ -t 1 ]] || exec >/dev/tty
  [[ -t 2 ]] || exec 2>/dev/tty
  __hp_put_back
  __hp_traps_back
  __hp_mark_end "$code" D
  # Last, because assigning to what the block made read-only ends this function.
  [[ "\${PROMPT_COMMAND[*]}" = "\${__hp_prompts[*]}" ]] || PROMPT_COMMAND=("\${__hp_prompts[@]}")
}
__hp_on_err() { :; }
# The operator's and the block's EXIT traps are kept beside ours, so that none of them costs the end mark.
trap() {
  if [[ "$BASHPID" != "$__hp_pid" ]] || [[ -n "$__hp_raw" ]]; then builtin trap "$@"; return; fi
  local words=("$@") action signals=() signal rest=()
  [[ "\${words[0]-}" = -- ]] && words=("\${words[@]:1}")
  case \${words[0]-} in -*) [[ "\${words[0]}" != - ]] && { builtin trap "$@"; return; } ;; '') [[ "\${#words[@]}" = 0 ]] && { builtin trap -p; return; } ;; esac
  if [[ "\${#words[@]}" = 1 ]]; then action=-; signals=("\${words[@]}"); else action=\${words[0]}; signals=("\${words[@]:1}"); fi
  for signal in "\${signals[@]}"; do
    case $signal in EXIT | exit | 0) [[ "$action" != - ]] || action=; if [[ -n "$__hp_token" ]]; then __hp_user_exit=$action; else __hp_rc_trap=$action; fi; [[ -n "$action" ]] || action=- ;; *) rest+=("$signal") ;; esac
  done
  [[ "\${#rest[@]}" = 0 ]] || builtin trap -- "$action" "\${rest[@]}"
}
# By its whole path: a block may have emptied PATH.
__hp_env_path=$(type -P env)
__hp_env() { "$__hp_env_path" -0; }
# Opened both ways first, because a pipe that nobody reads (the engine was killed) would keep us waiting; then for writing alone, so
# that what does not fit into it ends the child that writes it. No pipe, no hand-over: a file in its place would be made otherwise.
__hp_hand_over() {
  [[ -p ${quotePosix(fifo)} ]] || return 0
  { ( builtin enable printf; builtin printf '%s\\0' "$1" "$PWD"; __hp_env; builtin printf '\\0' ) 9<>${quotePosix(fifo)} >${quotePosix(fifo)} 9>&-; } 2>/dev/null
}
# What a shell leaves when it ends in a block: the hand-over, then the end mark.
__hp_last_words() {
  __hp_hand_over exit
  __hp_mark_end "$1" X
}
# An \`exit\` in the block's EXIT trap would end the shell past our own, so the mark is given before it.
__hp_run_exit_trap() {
  local words=$__hp_user_exit ours=
  __hp_user_exit=
  if ! builtin declare -F exit >/dev/null; then
    ours=1
    exit() {
      local code=\${1:-$?}
      if [[ -n "$__hp_token" ]] && [[ "$BASHPID" = "$__hp_pid" ]]; then builtin unset HOLDPOINT_BLOCK; __hp_last_words "$code"; fi
      builtin exit "$code"
    }
  fi
  ( builtin exit "$1" )
  builtin eval "$words"
  [[ -z "$ours" ]] || builtin unset -f exit
}
__hp_exit() {
  local code=$?
  [[ "$BASHPID" = "$__hp_pid" ]] || return 0
  unset -f builtin 2>/dev/null
  if [[ -n "$__hp_token" ]]; then
    builtin set +xvneu
    builtin unset HOLDPOINT_BLOCK
    [[ -z "$__hp_user_exit" ]] || __hp_run_exit_trap "$code"
    __hp_last_words "$code"
  fi
  [[ -z "$__hp_rc_trap" ]] || eval "$__hp_rc_trap"
}
builtin trap __hp_exit EXIT
__hp_prompt() {
  local code=$? line
  unset -f builtin 2>/dev/null
  if [[ -n "$__hp_token" ]]; then
    __hp_finish "\${__hp_fail:-\${__hp_code:-$code}}"
  else
    line=$(builtin history 1)
    if [[ "$line" != "$__hp_last" ]] && [[ -n "$__hp_hand" ]]; then __hp_esc "$line"; __hp_mark "E;$__hp_escaped"; fi
  fi
  __hp_hand=1
  __hp_last=$(builtin history 1)
  __hp_values
  __hp_mark "A;$__hp_list"
  return "$code"
}
__hp_hand=
unset 'PROMPT_COMMAND[9]' 2>/dev/null && __hp_prompts=(__hp_prompt "\${PROMPT_COMMAND[@]}") || __hp_prompts=("\${PROMPT_COMMAND[@]}")
[[ "\${PROMPT_COMMAND[*]}" = "\${__hp_prompts[*]}" ]] || PROMPT_COMMAND=("\${__hp_prompts[@]}")
__hp_return=$(builtin trap -p RETURN)
builtin eval "$__hp_aliases"
PS0+=$'\\e]633;'${quotePosix(nonce)}$';S\\a'
${Object.entries(pinned)
  .map(
    ([name, value]) => `[[ \${${name}-} = ${quotePosix(value)} ]] || { __hp_esc "\${${name}-}"; __hp_mark "R;${name};$__hp_escaped"; }
export ${name}=${quotePosix(value)} && readonly ${name}`,
  )
  .join("\n")}
${withdrawn.length === 0 ? "" : bashWithdraw(withdrawn, Object.keys(pinned))}${pathFirst === "" ? "" : `PATH=${quotePosix(pathFirst)}:$PATH; hash -r\n`}`;
}

/** What an rc file exported of these is taken away again, and told by name: the value may be a secret. */
const bashWithdraw = (patterns: string[], pinned: string[]): string => `__hp_withdraw() {
  local name
  while builtin read -r name; do
    case $name in ${["HOLDPOINT", ...pinned].join("|")}) ;; ${patterns.join("|")}) __hp_mark "R;$name;"; builtin unset -v "$name" ;; esac
  done < <(compgen -e)
}
__hp_withdraw 2>/dev/null
`;

/**
 * The file that the typed line sources. The first failing command ends the block: the ERR trap returns from the sourced
 * file without ever letting errexit end the shell; inside a function it returns from that, and fires again for its caller.
 */
export function bashOuter({ token, blockId, inner, outer, exports, cwd }: BlockScript): string {
  return `__hp_begin ${quotePosix(token)} ${quotePosix(outer)} ${quotePosix(blockId)}
builtin history -d -1 2>/dev/null; __hp_last=$(builtin history 1)
builtin trap - RETURN; builtin eval "$__hp_return"
${exports}${cwd === null ? "" : `builtin cd -- ${quotePosix(cwd)} &&`} builtin set -eE -o pipefail
builtin trap '__hp_c=$? __hp_p=("\${PIPESTATUS[@]}"); if [[ $BASHPID = "$__hp_pid" ]]; then if [[ $- = *e* ]]; then __hp_fail=$__hp_c; __hp_ps=("\${__hp_p[@]}"); set +e; fi; if [[ -n $__hp_fail ]]; then [[ \${BASH_SOURCE[0]} != "$__hp_outer" ]] || __hp_finish "$__hp_fail"; return "$__hp_fail"; fi; fi' ERR
. ${quotePosix(inner)}
__hp_finish "\${__hp_fail:-\${__hp_code:-$?}}"
`;
}

/**
 * The text is one group, so that an error in an expansion (`$((08))`, a division by zero) ends all of it: in a sourced file
 * bash gives up such a command alone, runs no ERR trap and goes on with the next. What a group is parsed before and a line
 * is not (aliases and options of the block's own) is left as it is.
 */
const isGrouped = (text: string): boolean => !/\b(alias|shopt|posix)\b/.test(text);
export const bashHeader = (text: string): string => (isGrouped(text) ? "{ :; " : "");

/** Behind the block's text: its status and pipe status are gone once `source` has returned. */
export const bashTrailer = (text: string): string =>
  `\n{ __hp_code=$? __hp_ps=("\${PIPESTATUS[@]}"); } 2>/dev/null\n${isGrouped(text) ? "}\n" : ""}`;
