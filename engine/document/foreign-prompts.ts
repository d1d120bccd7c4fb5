// Prompts of other programs, hosts and logged-in shells at the beginning of a line. Owns their signs.
// Every sign is something no shell takes for the beginning of a command as meant; a doubt means "no prompt".
import { ShellScanner } from "./shell-scan.ts";

/** A name of a host, a user or a database. */
const NAME = "[A-Za-z_][\\w.-]*";
/** Programs with a prompt of their own, each with what may stand before its `>`. */
const PROGRAMS =
  "(?:mysql|mongo|mongos|mongosh|redis|cqlsh|sqlite|MariaDB|irb|scala|influx|etcdctl|s?ftp|clickhouse|hive|spark-sql|presto|trino|ksql|gremlin|ldap|consul|vault|kafka|jshell)(?: ?[([][^>\\n]{0,60}[)\\]])?>";

const SIGNS = [
  `(?:\\([\\w.-]+\\)\\s)?\\[[\\w.-]+@[\\w.-]+(?: [^\\]\\n]{0,100})?\\]\\s?[$#%>]`, // [root@web ~]#
  `(?:\\([\\w.-]+\\)\\s)?[\\w.-]+@[\\w.-]*:[^\\s$#%>]*\\s?[$#%>]`, // root@web:/srv#, root@:26257/defaultdb>
  `(?:\\([\\w.-]+\\)\\s)?[\\w.-]+@[\\w.-]+(?: [~/][^\\s$#%>]*)?\\s?[$#%>]`, // user@web$, user@web ~ $
  `\\[[\\w.@~/:-]{1,100}\\][$#%]`, // [web]$
  `${NAME}[$#%]`, // web$, router#, bash-5.1$
  `${NAME}:[^\\s$#%>]* ${NAME}[$#%]`, // macbook:~ me$
  `[/~] [#$]`, // the prompt of busybox
  `%(?= [a-z])`, // C shell
  PROGRAMS,
  `\\w+\\(main\\):\\d+:\\d+[>*"']`, // irb(main):001:0>
  `cqlsh:[\\w.-]+>`,
  `redis \\S{1,100}>`, // over a socket
  `[\\w-]+(?: \\[[^\\]\\n]{0,60}\\])? ?:?(?:PRIMARY|SECONDARY|ARBITER|RECOVERING|STARTUP2?)>`, // mongo in a replica set
  `\\[ ?[\\w-]+ ?\\] \\w+>`, // [ gstg ] production>
  `\\[zk: [^\\]\\n]{0,100}\\]`,
  `\\((?:gdb|lldb|Pdb|i?pdb)\\)`,
  `>>>`,
  `\\w+[=-][#>]`, // postgres=#
  `[\\w.-]+:\\d+(?:\\[\\d+\\])?>`, // 10.0.0.1:6379>
  `[A-Z]:\\\\[^>\\n]{0,100}>`, // C:\\>
  `PS(?: [A-Z]:[^>\\n]{0,100})?>`,
  `[➜❯λ]`,
];
const FOREIGN = new RegExp(`^[ \\t]*(?:${SIGNS.join("|")})(?: |$)`, "u");
const REDIRECTED = /^[ \t]*> \w[\w-]*(?:\s|$)/;

/** What every sign ends in; most lines hold none of it and need not be held against all signs. */
const ENDING = /[$#%>*"'\])➜❯λ](?: |$)/u;

/** The prompt of another program or host at the beginning of a line, or null; running the line would run the prompt. */
export function foreignPrompt(line: string): string | null {
  // `> slowlog get` would write a file "slowlog"; `> /var/log/app.log` empties one and is a command.
  if (REDIRECTED.test(line)) return ">";
  if (!ENDING.test(line)) return null;
  const match = FOREIGN.exec(line);
  return match === null ? null : match[0].trim();
}

/** Why commands behind another program's or host's prompt do not run. */
export const behindForeign = (prompt: string): string => `its commands stand behind the prompt "${prompt}", which is not this shell's`;

/** The first line where a command begins and a foreign prompt stands instead, with its index. Quotes and here-documents are text. */
export function findForeign(lines: string[]): { prompt: string; index: number; isFirst: boolean } | null {
  if (!lines.some((line) => foreignPrompt(line) !== null)) return null;
  const scanner = new ShellScanner();
  let isFirst = true;
  for (const [index, line] of lines.entries()) {
    const open = scanner.unfinished();
    scanner.feed(line);
    if (line.trim() === "" || /^\s*#/.test(line) || (open !== null && open !== "keyword")) continue;
    const prompt = foreignPrompt(line);
    // Behind a first command `> name` may be meant: it writes an empty file.
    if (prompt !== null && (isFirst || prompt !== ">")) return { prompt, index, isFirst };
    isFirst = false;
  }
  return null;
}
