// The shapes of well-known tokens, as runs of character classes after a fixed beginning.
// Owns: the list. Does not search: redactor-machine.ts finds the beginnings, redactor-stream.ts follows the runs, one unit at a time,
// so whatever the input is, the time stays linear.

/** Membership by unit, for ASCII; anything else ends a run. */
export type UnitClass = Uint8Array;
export type Part = { units: UnitClass; min: number; max: number };
export type Shape = {
  /** Name under which hits are counted and recorded. */
  name: string;
  /** Fixed beginnings. */
  words: string[];
  /** What must follow. Decided as soon as the last part has its minimum; the rest of its run is then redacted without waiting. */
  parts: Part[];
  /** Part at which the secret begins; "word" when the fixed beginning belongs to it. */
  secretFrom: "word" | number;
  /** Part that still belongs to the secret but must be followed by the last part: the secret is that part alone. */
  isClosedByLast?: boolean;
  /** Units that go on belonging to a decided secret; those of the last part when not given. */
  tail?: UnitClass;
  /** Kinds of units that must occur before it is decided: keeps words, names and hashes out of loose shapes. */
  kinds?: number;
  /** A PEM block: redactor-pem.ts follows its lines. */
  isPem?: boolean;
};

export const UPPER_KIND = 1;
export const LOWER_KIND = 2;
export const DIGIT_KIND = 4;
const MIXED = UPPER_KIND | LOWER_KIND | DIGIT_KIND;

const UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const LOWER = UPPER.toLowerCase();
const DIGITS = "0123456789";
const ALNUM = UPPER + LOWER + DIGITS;
const GRAPHIC = Array.from({ length: 94 }, (_, index) => String.fromCharCode(0x21 + index)).join("");

export function unitClass(of: string): UnitClass {
  const units = new Uint8Array(128);
  for (const unit of of) units[unit.charCodeAt(0)] = 1;
  return units;
}
const without = (units: string, not: string) => unitClass([...units].filter((unit) => !not.includes(unit)).join(""));

const alnum = unitClass(ALNUM);
const upperDigits = unitClass(UPPER + DIGITS);
const wordUnits = unitClass(`${ALNUM}_`);
const dashed = unitClass(`${ALNUM}_-`);
const dotted = unitClass(`${ALNUM}_.-`);
const base64 = unitClass(`${ALNUM}+/=`);
const anyToken = unitClass(`${ALNUM}._~+/=-`);
const blanks = unitClass(" \t");
const quoteAndBlanks = unitClass(" \t\"'\\");
const separators = unitClass(":=");
const dot = unitClass(".");

const run = (units: UnitClass, min: number, max = Number.POSITIVE_INFINITY): Part => ({ units, min, max });
/** What stands between a label and its value in YAML, JSON, INI, shell and HTTP: closing quote, `:` or `=`, opening quote. */
const assignment = [run(quoteAndBlanks, 0, 4), run(separators, 1, 2), run(quoteAndBlanks, 0, 40)];
/** A token whose beginning alone names it. */
const prefixed = (name: string, words: string[], units: UnitClass, min: number, more: Partial<Shape> = {}): Shape => ({
  name,
  words,
  parts: [run(units, min)],
  secretFrom: "word",
  ...more,
});
/** A value that only the label before it makes a secret; the label stays readable. */
const labelled = (name: string, words: string[], units: UnitClass, min: number, more: Partial<Shape> = {}): Shape => ({
  name,
  words,
  parts: [...assignment, run(units, min)],
  secretFrom: assignment.length,
  ...more,
});
const cases = (label: string) => [...new Set([label, label.toUpperCase(), label[0]!.toUpperCase() + label.slice(1)])];

const PEM_KINDS = ["", "RSA ", "EC ", "DSA ", "OPENSSH ", "ENCRYPTED ", "ANY ", "SSH2 ENCRYPTED "];

export const SHAPES: Shape[] = [
  prefixed("aws-access-key-id", ["AKIA", "ASIA", "ABIA", "ACCA"], upperDigits, 16),
  labelled(
    "aws-secret-access-key",
    [
      ...cases("aws_secret_access_key"),
      "SecretAccessKey",
      "secretAccessKey",
      "aws_secret_key",
      ...cases("aws_session_token"),
      "SessionToken",
      "sessionToken",
    ],
    base64,
    40,
  ),
  prefixed("github-token", ["ghp_", "gho_", "ghu_", "ghs_", "ghr_"], wordUnits, 30),
  prefixed("github-token", ["github_pat_"], wordUnits, 22),
  prefixed(
    "gitlab-token",
    ["glpat-", "gloas-", "gldt-", "glrt-", "glcbt-", "glptt-", "glft-", "glagent-", "glsoat-", "GR1348941"],
    dotted,
    16,
  ),
  prefixed(
    "slack-token",
    ["xoxb-", "xoxp-", "xoxa-", "xoxr-", "xoxs-", "xoxo-", "xoxc-", "xoxd-", "xoxe-", "xoxe.", "xapp-"],
    unitClass(`${ALNUM}-.%`),
    10,
  ),
  prefixed("slack-webhook", ["hooks.slack.com/services/", "hooks.slack.com/workflows/"], unitClass(`${ALNUM}/`), 20),
  prefixed("stripe-key", ["sk_live_", "rk_live_", "sk_test_", "rk_test_", "whsec_"], alnum, 16),
  prefixed("google-api-key", ["AIza"], dashed, 30),
  prefixed("google-oauth", ["GOCSPX-", "ya29."], dotted, 20),
  {
    // Also a Kubernetes service-account token, an OIDC id token, and JWE.
    name: "json-web-token",
    words: ["eyJ"],
    parts: [run(dashed, 8, 2_048), run(dot, 1, 1), run(dashed, 6)],
    secretFrom: "word",
    tail: unitClass(`${ALNUM}_.=-`),
  },
  prefixed("npm-token", ["npm_"], alnum, 30),
  prefixed("pypi-token", ["pypi-AgE"], dashed, 40),
  prefixed("ai-api-key", ["sk-ant-", "sk-proj-", "sk-svcacct-", "sk-admin-", "sk-or-v1-"], dashed, 20),
  { name: "ai-api-key", words: ["sk-"], parts: [run(alnum, 40)], secretFrom: "word", kinds: MIXED },
  prefixed("hugging-face-token", ["hf_"], alnum, 30, { kinds: MIXED }),
  prefixed("vault-token", ["hvs.", "hvb.", "hvr."], dashed, 20),
  prefixed("terraform-token", [".atlasv1."], dashed, 40),
  prefixed("age-secret-key", ["AGE-SECRET-KEY-1", "AGE-SECRET-KEY-PQ-1"], upperDigits, 40),
  prefixed("digitalocean-token", ["dop_v1_", "doo_v1_", "dor_v1_"], alnum, 40),
  prefixed("docker-token", ["dckr_pat_", "dckr_oat_"], dashed, 20),
  prefixed("grafana-token", ["glsa_", "glc_"], unitClass(`${ALNUM}_+/=`), 30),
  prefixed("sendgrid-key", ["SG."], dotted, 50, { kinds: MIXED }),
  prefixed("shopify-token", ["shpat_", "shpca_", "shppa_", "shpss_"], alnum, 30),
  prefixed("azure-storage-key", ["AccountKey=", "SharedAccessKey="], base64, 40),
  {
    name: "bearer-header",
    words: ["Bearer", "bearer", "BEARER"],
    parts: [run(blanks, 1, 4), run(anyToken, 16)],
    secretFrom: 1,
  },
  {
    name: "basic-auth-header",
    words: ["uthorization: Basic ", "uthorization: basic ", "UTHORIZATION: Basic "],
    parts: [run(blanks, 0, 4), run(base64, 8)],
    secretFrom: 1,
  },
  labelled(
    "token-header",
    [
      "X-Vault-Token",
      "X-Auth-Token",
      "X-Api-Key",
      "X-API-Key",
      "x-api-key",
      "PRIVATE-TOKEN",
      "Private-Token",
      "JOB-TOKEN",
      "X-GitHub-Token",
    ],
    anyToken,
    12,
  ),
  {
    name: "url-password",
    words: ["://"],
    parts: [
      run(without(GRAPHIC, "/@:?#'\"<>[]"), 0, 256),
      run(unitClass(":"), 1, 1),
      run(without(GRAPHIC, "/@'\"<>"), 1, 256),
      run(unitClass("@"), 1, 1),
    ],
    secretFrom: 2,
    isClosedByLast: true,
  },
  labelled("kubeconfig-credential", ["client-key-data", "token-data"], base64, 20),
  // `token:` of a kubeconfig, `"access_token":` of an OAuth answer, `"auth":` of a registry's login file.
  labelled("labelled-token", cases("token"), anyToken, 20, { kinds: DIGIT_KIND }),
  labelled("registry-auth", ['"auth"'], base64, 12),
  // `PASSWORD=…` as `env` and connection strings print it. Without the equals sign it would be every form's label.
  {
    name: "assigned-password",
    words: ["password", "passwd", "secret", "api_key", "apikey", "access_key"].flatMap(cases).map((label) => `${label}=`),
    parts: [run(unitClass("\"'"), 0, 1), run(without(GRAPHIC, "\"'$<>*(){}[];&|,\\`"), 8)],
    secretFrom: 1,
  },
  prefixed(
    "private-key-base64",
    [...PEM_KINDS.slice(0, 6)].map((kind) => base64Beginning(`-----BEGIN ${kind}PRIVATE KEY`)),
    unitClass(`${ALNUM}+/=_-`),
    16,
  ),
  {
    name: "private-key",
    words: [
      ...PEM_KINDS.map((kind) => `-----BEGIN ${kind}PRIVATE KEY-----`),
      "-----BEGIN PGP PRIVATE KEY BLOCK-----",
      "---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----",
    ],
    parts: [],
    secretFrom: "word",
    isPem: true,
  },
];

/** Base64 of `text` as far as it does not depend on what follows. */
function base64Beginning(text: string): string {
  return Buffer.from(text)
    .toString("base64")
    .slice(0, Math.floor((text.length * 8) / 6));
}
