// What stands behind `# `: a command at the administrator's prompt, or a comment. Owns the signs of a comment.
// A doubt means "comment": what is refused is still shown with its reason, what is offered would run.

/** `# HELP name …` and `# TYPE name kind` of the text format of metrics. */
export function isMetricsComment(text: string): boolean {
  return /^(?:HELP\s+[a-zA-Z_:][\w:]*(?:\s|$)|TYPE\s+[a-zA-Z_:][\w:]*\s+(?:counter|gauge|histogram|summary|untyped|unknown|info)\s*$)/.test(
    text.trim(),
  );
}

/** A command begins with a small letter, a path or a variable, and is neither a sentence nor a caption. */
export function isProse(text: string): boolean {
  const trimmed = text.trim();
  const words = trimmed.split(/\s+/);
  return (
    /^[A-Z][a-z']+$/.test(words[0]!) ||
    isMark(words[0]!) ||
    (words.length >= 3 && words.slice(0, 4).every((word) => /^[A-Za-z][a-z']*[,.:]?$/.test(word)) && ARTICLES.test(text)) ||
    /[.:!?]$/.test(trimmed) ||
    isFileCaption(trimmed) ||
    isOutputCaption(trimmed, words[0]!)
  );
}

const ARTICLES = /\b(?:the|a|an|this|that|your|to|for|with|of|from|all|and|if|is|are)\b/;

/** A first word all in capitals: marks of open work, NOTE, WARNING, TYPE. No program is called so; `A=b cmd` is no such word. */
const isMark = (word: string): boolean => /^[A-Z][A-Z0-9_-]+[:,.!]?$/.test(word);

/** A path alone names the file whose text follows, unless it is one that is run. */
const isFileCaption = (text: string): boolean =>
  /^[\w.~-]*(?:\/[\w.@+~-]+)+\/?$/.test(text) && !/^\.{1,2}\/|\/s?bin\/|\.(?:sh|bash|py|rb|pl|bin|run)$/.test(text);

/** `member list output`: words alone that end so. Some programs take the word as an argument. */
const isOutputCaption = (text: string, program: string): boolean =>
  /^[A-Za-z][\w-]*(?: [\w-]+)* output$/i.test(text) && !/ -/.test(text) && !TAKES_OUTPUT.has(program);
const TAKES_OUTPUT = new Set("terraform tofu terragrunt cat less more tail head rm ls cd mkdir touch stat file wc sort".split(" "));
