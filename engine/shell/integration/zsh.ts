// Shell integration for zsh, as the text of its .zshrc and of a block's outer file.
// Owns: the same promises as bash.ts, by zsh's means. Does not start shells.
// Seen to fail, and so avoided: ERR_RETURN and a ZERR trap that returns (both leave a function, and its caller goes on),
// PROMPT_SP (writes a line of blanks before the end mark).
import { type BlockScript, FOLLOWED_CHARS, type IntegrationFacts, quotePosix, TOLD_CHARS } from "./facts.ts";

/** `ZDOTDIR/.zshenv`: the operator's own, and back to ours for the rc file. */
export function zshEnv(ours: string, theirs: string): string {
  return `ZDOTDIR=${quotePosix(theirs)}
if [[ -r $ZDOTDIR/.zshenv ]]; then . $ZDOTDIR/.zshenv; fi
__hp_zdotdir=$ZDOTDIR
ZDOTDIR=${quotePosix(ours)}
`;
}

/** `ZDOTDIR/.zshrc`: the operator's own first, then ours. */
export function zshRc({ nonce, fifo, reported, pinned, pathFirst, withdrawn, watched }: IntegrationFacts): string {
  const traps = `${fifo}-traps`;
  return `ZDOTDIR=$__hp_zdotdir
if [[ -r $ZDOTDIR/.zshrc ]]; then . $ZDOTDIR/.zshrc; fi
[[ $ZDOTDIR = $HOME ]] && unset ZDOTDIR
zmodload zsh/system zsh/parameter
# An alias named like a builtin would be read into the functions below.
typeset -g __hp_aliases=$options[aliases]
unsetopt aliases
unset HISTFILE
setopt HIST_IGNORE_SPACE
unsetopt PROMPT_SP PROMPT_CR
typeset -g __hp_env=$commands[env] __hp_token= __hp_code= __hp_fail= __hp_list= __hp_inner=none __hp_user_exit= __hp_listed= __hp_traps= __hp_pid=$$
typeset -ga __hp_ps
__hp_esc() {
  emulate -L zsh
  local s=$1
  s=\${s//\\%/%25}; s=\${s//;/%3B}; s=\${s//$'\\n'/%0A}; s=\${s//$'\\r'/%0D}; s=\${s//$'\\e'/%1B}; s=\${s//$'\\a'/%07}; s=\${s//$'\\t'/%09}
  typeset -g REPLY=\${s//[[:cntrl:]]/ }
}
# Marks leave only from the shell's own process.
__hp_mark() {
  emulate -L zsh
  [[ $sysparams[pid] = $__hp_pid ]] || return 0
  { builtin printf '\\e]633;%s;%s\\a' ${quotePosix(nonce)} "$1" >/dev/tty && return 0 } 2>/dev/null
  # A block may have disabled it; that stays as it is.
  builtin enable printf
  builtin printf '\\e]633;%s;%s\\a' ${quotePosix(nonce)} "$1" >/dev/tty
  builtin disable printf
}
__hp_values() {
  emulate -L zsh
  local name REPLY
  __hp_esc "$PWD"; __hp_list=$REPLY
  for name in ${reported.map(quotePosix).join(" ")}; do __hp_esc "\${(P)name}"; __hp_list+=";$REPLY"; done
  __hp_resolved
}
# What each watched name would run: its file, its alias and its function, and the aliases and functions that those lead to. No process is started for it.
__hp_resolved() {
  emulate -L zsh
  # Looking a name up must not fill the shell's own table: it would then run what stood on PATH at that moment.
  unsetopt hash_list_all
  local name file dir
  local -i __hp_room=${TOLD_CHARS}
  local -a names=(${watched.commands.map(quotePosix).join(" ")})
  local -A __hp_seen=(trap 1)
  for name in $names; do __hp_seen[$name]=1; done
  for name in $names; do
    file=\${commands[$name]-}
    if [[ -z $file ]]; then
      for dir in $path; do if [[ -f $dir/$name && -x $dir/$name ]]; then file=$dir/$name; break; fi; done
    fi
    [[ -z $file || $file = /* ]] || file=$PWD/$file
    __hp_tell $name file "$file"
  done
  for name in $names; do __hp_overlaid $name; done
  for name in ${watched.variables.map(quotePosix).join(" ")}; do [[ -z \${(P)name-} ]] || __hp_list+=";$name=set:"; done
}
__hp_overlaid() {
  if (( $+aliases[$1] )); then __hp_tell $1 alias "$aliases[$1]"; fi
  if (( $+galiases[$1] )); then __hp_tell $1 alias "$galiases[$1]"; fi
  if (( $+functions[$1] )); then __hp_tell $1 function "$functions[$1]"; fi
}
__hp_tell() {
  local word REPLY
  if [[ $#3 -gt $__hp_room ]]; then __hp_list+=";$1=long:"; return 0; fi
  __hp_room=$((__hp_room - $#3 - $#1 - 10))
  __hp_esc "$3"
  __hp_list+=";$1=$2:$REPLY"
  [[ $2 != file && $#3 -le ${FOLLOWED_CHARS} ]] || return 0
  for word in \${(u)=3//[^A-Za-z0-9_.:-]/ }; do
    [[ $word != __hp_* && -z \${__hp_seen[$word]-} ]] || continue
    __hp_seen[$word]=1
    __hp_overlaid $word
  done
}
__hp_begin() {
  # No \`emulate -L\` here: the options as they are now are what has to come back.
  typeset -g __hp_token=$1 __hp_code= __hp_fail= __hp_own_e=
  __hp_ps=()
  typeset -gA __hp_options
  __hp_options=("\${(@kv)options}")
  __hp_list_traps
  typeset -g __hp_traps=$__hp_listed __hp_inner=$3 __hp_user_exit=
  export HOLDPOINT_BLOCK=$2
  __hp_mark "C;$__hp_token"
}
# A subshell has no traps to list, so the list goes through the session's private folder.
__hp_list_traps() {
  builtin trap >|${quotePosix(traps)}
  typeset -g __hp_listed="$(<${quotePosix(traps)})"
}
__hp_traps_back() {
  setopt local_options extended_glob
  local line words
  __hp_list_traps
  [[ $__hp_listed = $__hp_traps ]] && return 0
  for line in \${(f)__hp_listed}; do
    words=\${line##* }
    [[ $words = [A-Z0-9]## ]] && builtin trap - $words
  done
  eval "$__hp_traps"
}
# In a function an EXIT trap is the function's own; on the block's own level it is kept for the block's end.
__hp_trap() {
  local action
  local -a signals
  [[ \${1-} = -- ]] && shift
  if (( $# == 0 )); then builtin trap; return; fi
  if (( $# == 1 )); then action=-; signals=("$1"); else action=$1; signals=("\${@[2,-1]}"); fi
  local -a rest
  rest=(\${signals:#(EXIT|0)})
  if (( \${#rest} != \${#signals} )); then typeset -g __hp_user_exit=\${action#-}; fi
  (( \${#rest} == 0 )) || builtin trap -- "$action" $rest
}
alias trap='\${\${(M)\${:-$ZSH_SUBSHELL:$funcstack[1]}:#0:$__hp_inner}:+__hp_trap}\${\${\${:-$ZSH_SUBSHELL:$funcstack[1]}:#0:$__hp_inner}:+trap}'
# What a shell leaves when it ends in a block: the hand-over, then the end mark.
__hp_last_words() {
  # Opened both ways first: a pipe that nobody reads (the engine was killed) would keep us waiting. See bash.ts.
  if [[ -p ${quotePosix(fifo)} ]]; then
    { ( builtin enable printf; builtin printf '%s\\0' exit "$PWD"; $__hp_env -0; builtin printf '\\0' ) 9<>${quotePosix(fifo)} >|${quotePosix(fifo)} 9>&-; } 2>/dev/null
  fi
  __hp_values
  __hp_mark "X;$1;$__hp_token;\${(j: :)__hp_ps};$__hp_list"
  typeset -g __hp_token=
}
# An \`exit\` in the block's EXIT trap ends the shell past every hook, so the mark is given before it.
__hp_run_exit_trap() {
  local __hp_words=$__hp_user_exit __hp_was=$1
  typeset -g __hp_user_exit=
  if ! (( $+functions[exit] )); then
    function exit {
      local __hp_status=\${1:-$?}
      if [[ -n $__hp_token && $sysparams[pid] = $__hp_pid ]]; then
        builtin unset HOLDPOINT_BLOCK
        __hp_last_words $__hp_status
      fi
      builtin exit $__hp_status
    }
    { (builtin exit $__hp_was); builtin eval "$__hp_words" } always { unfunction exit 2>/dev/null }
  else
    (builtin exit $__hp_was); builtin eval "$__hp_words"
  fi
}
__hp_finish() {
  local __hp_end=$1 __hp_name
  # A function of this name would take all of what follows.
  unfunction builtin 2>/dev/null || :
  unsetopt xtrace verbose nounset errexit errreturn
  builtin trap - ZERR
  if [[ -n $__hp_user_exit ]]; then
    __hp_run_exit_trap $__hp_end
  fi
  builtin unset HOLDPOINT_BLOCK
  [[ -t 0 ]] || exec </dev/tty
  [[ -t 1 ]] || exec >/dev/tty
  [[ -t 2 ]] || exec 2>/dev/tty
  # What \`emulate sh\` took from the words below; every option is put back from what it was.
  builtin emulate zsh
  for __hp_name in "\${(@k)__hp_options}"; do
    [[ $options[$__hp_name] = $__hp_options[$__hp_name] ]] || options[$__hp_name]=$__hp_options[$__hp_name]
  done 2>/dev/null
  __hp_traps_back
  __hp_values
  __hp_mark "D;$__hp_end;$__hp_token;\${(j: :)__hp_ps};$__hp_list"
  typeset -g __hp_token=
}
# The hooks that give the end mark, put back where a block has taken them away.
__hp_hooks_back() {
  [[ \${(t)precmd_functions} = *readonly* ]] && typeset +r -g precmd_functions
  [[ \${precmd_functions[1]} = __hp_precmd ]] || typeset -ga precmd_functions=(__hp_precmd \${precmd_functions:#__hp_precmd})
}
__hp_precmd() {
  local __hp_status=$?
  unfunction builtin 2>/dev/null || :
  if [[ -n $__hp_token ]]; then __hp_finish \${__hp_fail:-\${__hp_code:-$__hp_status}}; fi
  __hp_hooks_back
  [[ \${preexec_functions[(r)__hp_preexec]} = __hp_preexec ]] || preexec_functions+=(__hp_preexec)
  __hp_values
  __hp_mark "A;$__hp_list"
  return $__hp_status
}
__hp_preexec() {
  emulate -L zsh
  local REPLY
  [[ $1 = */holdpoint-block-* ]] && return 0
  __hp_esc "$1"
  __hp_mark "S"
  __hp_mark "E;$REPLY"
}
__hp_zshexit() {
  local __hp_status=$?
  [[ $sysparams[pid] = $__hp_pid ]] || return 0
  unfunction builtin 2>/dev/null || :
  if [[ -n $__hp_token ]]; then
    builtin unset HOLDPOINT_BLOCK
    unsetopt xtrace verbose nounset errexit errreturn
    builtin trap - ZERR
    if [[ -n $__hp_user_exit ]]; then
      __hp_run_exit_trap $__hp_status
    fi
    __hp_last_words \${__hp_fail:-$__hp_status}
  fi
}
precmd_functions=(__hp_precmd $precmd_functions)
preexec_functions+=(__hp_preexec)
zshexit_functions+=(__hp_zshexit)
options[aliases]=$__hp_aliases
${Object.entries(pinned)
  .map(
    ([name, value]) => `[[ \${${name}-} = ${quotePosix(value)} ]] || { __hp_esc "\${${name}-}"; __hp_mark "R;${name};$REPLY" }
export ${name}=${quotePosix(value)} && typeset -r ${name}`,
  )
  .join("\n")}
${withdrawn.length === 0 ? "" : zshWithdraw(withdrawn, Object.keys(pinned))}${pathFirst === "" ? "" : `path=(${quotePosix(pathFirst)} $path); rehash\n`}`;
}

/** What an rc file exported of these is taken away again, and told by name: the value may be a secret. */
const zshWithdraw = (patterns: string[], pinned: string[]): string => `() {
  emulate -L zsh
  local name
  for name in \${(k)parameters[(R)*export*]}; do
    case $name in (${["HOLDPOINT", ...pinned].join("|")}) ;; (${patterns.join("|")}) __hp_mark "R;$name;"; unset $name ;; esac
  done
} 2>/dev/null
`;

/**
 * The file that the typed line sources. On the first failing command the ZERR trap keeps its status and raises a fatal
 * error, which leaves every function and file up to the prompt without ending the shell; precmd then ends the block. */
export function zshOuter({ token, blockId, inner, exports, cwd }: BlockScript): string {
  return `{ unsetopt xtrace } 2>/dev/null
__hp_begin ${quotePosix(token)} ${quotePosix(blockId)} ${quotePosix(inner)}
${exports}builtin trap '__hp_c=$? __hp_p=($pipestatus); if [[ -o errexit || -z $__hp_own_e || -n $__hp_fail ]]; then { unsetopt errexit errreturn xtrace } 2>/dev/null; if [[ $ZSH_SUBSHELL = 0 ]]; then [[ -n $__hp_fail ]] || { __hp_ps=($__hp_p) __hp_fail=$__hp_c; }; { : \${__hp_never:?} } 2>/dev/null; else exit $__hp_c; fi; fi' ZERR
setopt pipe_fail
${cwd === null ? "" : `builtin cd -- ${quotePosix(cwd)}\n`}{ . ${quotePosix(inner)} } always { __hp_hooks_back }
`;
}

/**
 * Before the text of a block that switches errexit off (or on) itself: the option is then on from the beginning, and where the block has
 * switched it off the trap lets it go on. Not for every block: with the option on an interrupt ends the shell, past trap and hooks.
 */
export const zshHeader = (text: string): string =>
  /\bset\b[^\n;|&]*\s\+\w*e|err_?exit/i.test(text) ? "__hp_own_e=1; setopt err_exit; " : "";

/** XTRACE comes back when a function ends, so it can only be put off on the file's own level. */
export const ZSH_TRAILER = `\n{ __hp_code=$? __hp_ps=($pipestatus); unsetopt xtrace } 2>/dev/null\n`;
