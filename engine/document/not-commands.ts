// Fences that are called shell and hold something else: a query, a manifest, a request, a table of output.
// Owns the signs by which that is seen. Each sign is something no shell could run as meant; a doubt means "it is a command".

type Sign = { why: string; test: RegExp };

/** Tried on the first line that is neither blank nor a comment. */
const SIGNS: Sign[] = [
  { why: "it reads as an HTTP request, not as a command", test: /^(?:GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS) (?:\/|https?:)/ },
  { why: "it reads as an HTTP answer, not as a command", test: /^HTTP\/\d/ },
  {
    why: "it reads as SQL, not as a shell command",
    test: /^(?:SELECT\s.+\sFROM\s|SELECT\s+[\w*"(]|INSERT\s+INTO\s|UPDATE\s+\S+\s+SET\s|DELETE\s+FROM\s|CREATE\s+(?:TABLE|INDEX|UNIQUE|DATABASE|USER|ROLE|EXTENSION|OR REPLACE)\b|ALTER\s+(?:TABLE|SYSTEM|USER|ROLE|DATABASE|RANGE)\b|DROP\s+(?:TABLE|INDEX|DATABASE|USER|ROLE)\b|GRANT\s+\w+|TRUNCATE\s+TABLE\b|EXPLAIN\s+(?:ANALYZE\s+)?\(?\s*(?:SELECT|ANALYZE)|SHOW\s+(?:TABLES|DATABASES|JOBS|CLUSTER|RANGES|GRANTS|VARIABLES|STATUS)\b|WITH\s+\w+\s+AS\s*\()/,
  },
  {
    why: "it reads as a query of metrics, not as a shell command",
    test: /^(?:sum|avg|min|max|count|rate|irate|increase|delta|absent|topk|bottomk|histogram_quantile|label_replace|predict_linear|max_over_time|avg_over_time|sum_over_time|time)\s*(?:by|without)?\s*\(.*[)({[]/,
  },
  { why: "it reads as a query of metrics, not as a shell command", test: /^[a-zA-Z_:][\w:]*\{[^}]*(?:=~?|!=|!~)\s*["'][^}]*\}/ },
  { why: "it reads as JSON, not as a command", test: /^(?:\{|\[)\s*$|^\{\s*"[^"]*"\s*:|^"[\w.-]+"\s*:|^\[\s*\{/ },
  { why: "it reads as a manifest or settings, not as a command", test: /^[A-Za-z][\w./-]*:(?:\s|$)/ },
  {
    why: "it reads as the output of a command, not as a command",
    test: /^[A-Z][A-Z0-9()_%/-]*(?:[ \t]{2,}[A-Z][A-Z0-9()_%/-]*(?: [A-Z]+)*){1,}\s*$/,
  },
  { why: "it reads as a diff, not as a command", test: /^(?:diff --git |@@ -\d|--- [ab]\/|\+\+\+ [ab]\/)/ },
  {
    why: "it reads as a log, not as a command",
    test: /^(?:\[?\d{4}[-/]\d{2}[-/]\d{2}[T ]\d{2}:\d{2}|[IWEF]\d{4} \d{2}:\d{2}:\d{2}|level=\w+ |ts=\d|time="\d|[A-Z][a-z]{2} +\d{1,2} \d{2}:\d{2}:\d{2} )/,
  },
  { why: "it reads as markup, not as a command", test: /^(?:<\?xml|<!DOCTYPE|<\/?(?:html|div|head|body)\b)/i },
  { why: "it reads as a drawing of folders, not as a command", test: /^[.\w/-]*\s*$|^[│├└─┌]/u },
];
/** A group, a subshell, a test: the brackets a command may begin with. `{` alone on its line is JSON unless the next line is a command. */
const JSON_SECOND = /^\s*["}\]{[]/;
const TREE_SECOND = /^[│├└|`+]\s*[─-]/u;

/** Why a block in a shell language is no shell command, or null. `lines` are the commands with prompts taken off. */
export function whyNotCommands(lines: string[], language: string): string | null {
  const first = lines.findIndex((line) => line.trim() !== "" && !/^\s*#(?!!)/.test(line));
  if (first === -1) return lines.every((line) => line.trim() === "") ? "it is empty" : "it holds only comments";
  const line = lines[first]!.trim();
  const second = lines.slice(first + 1).find((candidate) => candidate.trim() !== "") ?? "";
  if (line === "{" || line === "[") return JSON_SECOND.test(second) ? "it reads as JSON, not as a command" : null;
  for (const sign of SIGNS) {
    if (!sign.test.test(line)) continue;
    if (sign.why.includes("folders") && !TREE_SECOND.test(second.trim()) && !/^[│├└─┌]/u.test(line)) continue;
    if (language === "pwsh" || language === "powershell") {
      if (sign.why.includes("JSON") || sign.why.includes("manifest")) continue;
    }
    return sign.why;
  }
  return null;
}
