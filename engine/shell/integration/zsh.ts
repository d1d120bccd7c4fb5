// Shell integration for zsh, as the text of its .zshrc and of a block's outer file.
// Owns: the same promises as bash.ts, by zsh's means. Does not start shells.
// Seen to fail, and so avoided: ERR_RETURN and a ZERR trap that returns (both leave a function, and its caller goes on),
// PROMPT_SP (writes a line of blanks before the end mark).
import { type BlockScript, type IntegrationFacts, quotePosix } from "./facts.ts";

/** `ZDOTDIR/.zshenv`: the operator's own, and back to ours for the rc file. */
export function zshEnv(ours: string, theirs: string): string {
  return `ZDOTDIR=${quotePosix(theirs)}
if [[ -r $ZDOTDIR/.zshenv ]]; then . $ZDOTDIR/.zshenv; fi
__hp_zdotdir=$ZDOTDIR
ZDOTDIR=${quotePosix(ours)}
`;
}

/** `ZDOTDIR/.zshrc`: the operator's own first, then ours. */
export function zshRc({ nonce, fifo, reported, pinned }: IntegrationFacts): string {
  return `ZDOTDIR=$__hp_zdotdir
if [[ -r $ZDOTDIR/.zshrc ]]; then . $ZDOTDIR/.zshrc; fi
[[ $ZDOTDIR = $HOME ]] && unset ZDOTDIR
unset HISTFILE
setopt HIST_IGNORE_SPACE
unsetopt PROMPT_SP PROMPT_CR
typeset -g __hp_token= __hp_code= __hp_fail= __hp_list= __hp_pid=$$
typeset -ga __hp_ps
zmodload zsh/system zsh/parameter
__hp_esc() {
  emulate -L zsh
  local s=$1
  s=\${s//\\%/%25}; s=\${s//;/%3B}; s=\${s//$'\\n'/%0A}; s=\${s//$'\\r'/%0D}; s=\${s//$'\\e'/%1B}; s=\${s//$'\\a'/%07}; s=\${s//$'\\t'/%09}
  typeset -g REPLY=$s
}
# Marks leave only from the shell's own process.
__hp_mark() {
  emulate -L zsh
  [[ $sysparams[pid] = $__hp_pid ]] || return 0
  printf '\\e]633;%s;%s\\a' ${quotePosix(nonce)} "$1" >/dev/tty
}
__hp_values() {
  emulate -L zsh
  local name REPLY
  __hp_esc "$PWD"; __hp_list=$REPLY
  for name in ${reported.map(quotePosix).join(" ")}; do __hp_esc "\${(P)name}"; __hp_list+=";$REPLY"; done
}
__hp_begin() {
  # No \`emulate -L\` here: the options as they are now are what has to come back.
  typeset -g __hp_token=$1 __hp_code= __hp_fail=
  __hp_ps=()
  typeset -gA __hp_options
  __hp_options=("\${(@kv)options}")
  typeset -g __hp_traps="$(builtin trap)"
  export HOLDPOINT_BLOCK=$2
  __hp_mark "C;$__hp_token"
}
__hp_traps_back() {
  emulate -L zsh
  setopt extended_glob
  local now="$(builtin trap)" line words
  [[ $now = $__hp_traps ]] && return 0
  for line in \${(f)now}; do
    words=\${line##* }
    [[ $words = [A-Z0-9]## ]] && builtin trap - $words
  done
  eval "$__hp_traps"
}
__hp_finish() {
  local __hp_end=$1 __hp_name __hp_words
  unsetopt xtrace verbose nounset errexit errreturn
  builtin trap - ZERR
  # A block's EXIT trap belongs to the block's end, not to the end of the shell.
  __hp_words="$(builtin trap)"
  if [[ $__hp_words != $__hp_traps ]]; then
    __hp_words=\${(M)\${(f)__hp_words}:#*" EXIT"}
    if [[ -n $__hp_words ]]; then
      builtin trap - EXIT
      __hp_words=\${\${__hp_words#trap -- }% EXIT}
      (exit $__hp_end)
      eval "eval $__hp_words"
    fi
  fi
  unset HOLDPOINT_BLOCK
  [[ -t 0 ]] || exec </dev/tty
  [[ -t 1 ]] || exec >/dev/tty
  [[ -t 2 ]] || exec 2>/dev/tty
  for __hp_name in "\${(@k)__hp_options}"; do
    [[ $options[$__hp_name] = $__hp_options[$__hp_name] ]] || options[$__hp_name]=$__hp_options[$__hp_name]
  done 2>/dev/null
  __hp_traps_back
  __hp_values
  __hp_mark "D;$__hp_end;$__hp_token;\${(j: :)__hp_ps};$__hp_list"
  typeset -g __hp_token=
}
__hp_precmd() {
  local __hp_status=$?
  if [[ -n $__hp_token ]]; then __hp_finish \${__hp_fail:-\${__hp_code:-$__hp_status}}; fi
  [[ \${precmd_functions[1]} = __hp_precmd ]] || precmd_functions=(__hp_precmd \${precmd_functions:#__hp_precmd})
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
  if [[ -n $__hp_token ]]; then
    unset HOLDPOINT_BLOCK
    unsetopt xtrace verbose nounset
    { printf '%s\\0' exit "$PWD"; command env -0; printf '\\0'; } >${quotePosix(fifo)} 2>/dev/null
    __hp_values
    __hp_mark "D;\${__hp_fail:-$__hp_status};$__hp_token;\${(j: :)__hp_ps};$__hp_list"
    typeset -g __hp_token=
  fi
}
precmd_functions=(__hp_precmd $precmd_functions)
preexec_functions+=(__hp_preexec)
zshexit_functions+=(__hp_zshexit)
${Object.entries(pinned)
  .map(([name, value]) => `export ${name}=${quotePosix(value)} && typeset -r ${name}`)
  .join("\n")}
`;
}

/**
 * The file that the typed line sources. On the first failing command the ZERR trap keeps its status and raises a fatal
 * error, which leaves every function and file up to the prompt without ending the shell; precmd then ends the block.
 */
export function zshOuter({ token, blockId, inner, exports, cwd }: BlockScript): string {
  return `__hp_begin ${quotePosix(token)} ${quotePosix(blockId)}
${exports}builtin trap '__hp_c=$? __hp_p=($pipestatus); if [[ $ZSH_SUBSHELL = 0 ]]; then [[ -n $__hp_fail ]] || __hp_ps=($__hp_p); __hp_fail=$__hp_c; { : \${__hp_never:?} } 2>/dev/null; else exit $__hp_c; fi' ZERR
setopt pipe_fail
${cwd === null ? "" : `cd -- ${quotePosix(cwd)}\n`}. ${quotePosix(inner)}
`;
}

export const ZSH_TRAILER = `\n{ __hp_code=$? __hp_ps=($pipestatus) } 2>/dev/null\n`;
