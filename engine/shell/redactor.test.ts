import { describe, expect, it } from "vitest";
import { createRedactor, REPLACEMENT, type Redactor } from "./redactor.ts";

const R = REPLACEMENT;
const SECRET = "hunter2/Passw0rd+'x'&\"y\"";
const B62 = "Ab3dEf6hIj9kLmN0pQrStUvWxYz1245678CgHnOoPqRw";
/** Token-like text of `length` characters. */
const token = (length: number) => B62.repeat(Math.ceil(length / B62.length)).slice(0, length);
const upper = (length: number) => "QWERTY23456ASDFGH7XCVBN".repeat(4).slice(0, length);

function inPieces(redactor: Redactor, text: string, sizes: (index: number) => number) {
  const stream = redactor.stream();
  let out = "";
  let piece = 0;
  for (let at = 0; at < text.length; ) {
    const size = sizes(piece);
    out += stream.push(text.slice(at, at + size));
    at += size;
    piece += 1;
  }
  return out + stream.flush();
}

const PEM_BODY = Array.from({ length: 6 }, () => token(64)).join("\n");
const pem = (kind: string, eol = "\n") =>
  `-----BEGIN ${kind}PRIVATE KEY-----\n${PEM_BODY}\n${token(20)}\n-----END ${kind}PRIVATE KEY-----`.replaceAll("\n", eol);

/** Every shape: text with the secret in it, and what must be left. */
const SHAPE_CASES: [rule: string, secret: string, before: string, after: string][] = [
  ["aws-access-key-id", `AKIA${upper(16)}`, "id ", " ok"],
  ["aws-access-key-id", `ASIA${upper(16)}`, '"', '"'],
  ["aws-secret-access-key", `${token(38)}/+`, "aws_secret_access_key = ", "\r\n"],
  ["aws-secret-access-key", token(40), '"SecretAccessKey": "', '",'],
  ["aws-secret-access-key", token(40), "AWS_SECRET_ACCESS_KEY=", "\r\n"],
  ["github-token", `ghp_${token(36)}`, "token is ", "."],
  ["github-token", `gho_${token(36)}`, "x", " "],
  ["github-token", `github_pat_${token(22)}_${token(59)}`, "", "\r\n"],
  ["gitlab-token", `glpat-${token(20)}`, "", "\r\n"],
  ["slack-token", "xoxb-123456789012-1234567890123-AbCdEfGhIjKl", "", " x"],
  ["slack-webhook", "hooks.slack.com/services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX", "https://", "\r\n"],
  ["stripe-key", `sk_live_${token(24)}`, "", " x"],
  ["google-api-key", `AIza${token(35)}`, "key=", "&x"],
  ["google-oauth", `ya29.${token(60)}`, "", " "],
  ["json-web-token", `eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.${token(43)}`, "jwt ", " x"],
  ["npm-token", `npm_${token(36)}`, "", " "],
  ["pypi-token", `pypi-AgEIcHlwaS5vcmc${token(50)}`, "", " "],
  ["ai-api-key", `sk-ant-api03-${token(60)}`, "", " "],
  ["ai-api-key", `sk-proj-${token(60)}`, "", " "],
  ["ai-api-key", `sk-${token(48)}`, "", " "],
  ["hugging-face-token", `hf_${token(34)}`, "", " "],
  ["vault-token", `hvs.${token(90)}`, "token                ", "\r\n"],
  ["terraform-token", `.atlasv1.${token(60)}`, "abc", "\r\n"],
  ["age-secret-key", `AGE-SECRET-KEY-1${upper(58)}`, "", "\r\n"],
  ["digitalocean-token", `dop_v1_${token(64)}`, "", " "],
  ["docker-token", `dckr_pat_${token(27)}`, "", " "],
  ["grafana-token", `glsa_${token(32)}_01234567`, "", " "],
  ["sendgrid-key", `SG.${token(22)}.${token(43)}`, "", " "],
  ["shopify-token", `shpat_${token(32)}`, "", " "],
  ["azure-storage-key", `AccountKey=${token(86)}==`, "AccountName=x;", ";EndpointSuffix=y"],
  ["bearer-header", token(24), "Authorization: Bearer ", "\r\n"],
  ["basic-auth-header", "dXNlcjpwYXNzd29yZA==", "> Authorization: Basic ", "\r\n"],
  ["token-header", token(20), "X-Vault-Token: ", "\r\n"],
  ["url-password", "p%40ss:w0rd", "postgres://admin:", "@db.example.com:5432/app"],
  ["kubeconfig-credential", `${token(60)}==`, "    client-key-data: ", "\r\n"],
  ["labelled-token", token(40), "    token: ", "\r\n"],
  ["labelled-token", token(40), '{"access_token": "', '"}'],
  ["registry-auth", "dXNlcjpwYXNzd29yZA==", '{"auths":{"x":{"auth": "', '"}}}'],
  ["assigned-password", "correct-horse", "DB_PASSWORD=", "\r\n"],
  ["assigned-password", "correct-horse", "password='", "' x"],
  ["private-key-base64", Buffer.from(pem("RSA ")).toString("base64"), "data: ", "\r\n"],
  ["private-key", pem("", "\r\n"), "$ cat key\r\n", "\r\n$ "],
  ["private-key", pem("RSA ", "\r\n"), "$ cat key\r\n", "\r\n$ "],
  ["private-key", pem("OPENSSH ", "\r\n  "), "key: |\r\n  ", "\r\nnext: 1"],
  ["private-key", pem("EC ", "\\n"), '{"key":"', '\\n"}'],
  [
    "private-key",
    pem("ENCRYPTED ", "\r\n").replace("\r\n", "\r\nProc-Type: 4,ENCRYPTED\r\nDEK-Info: AES-128-CBC,0A\r\n\r\n"),
    "",
    "\r\ndone\r\n",
  ],
];

describe("token shapes", () => {
  for (const [rule, secret, before, after] of SHAPE_CASES) {
    it(`takes out ${rule}: ${before.trim()}${secret.slice(0, 14)}…, and nothing around it`, () => {
      const redactor = createRedactor([]);
      expect(redactor.redactText(before + secret + after)).toBe(before + R + after);
      expect(redactor.hits[rule]).toBe(1);
    });
  }

  it("finds each of them split at every place, and one character at a time", () => {
    const redactor = createRedactor([]);
    for (const [rule, secret, before, after] of SHAPE_CASES) {
      const text = before + secret + after;
      const expected = before + R + after;
      // A public beginning like `ghp_` is held back from its third character on.
      const allowed = [expected, before + secret.slice(0, 1) + R + after, before + secret.slice(0, 2) + R + after];
      expect(allowed).toContain(inPieces(redactor, text, () => 1));
      for (let at = 1; at < text.length; at += 1) {
        const out = inPieces(redactor, text, (piece) => (piece === 0 ? at : text.length));
        if (!allowed.includes(out)) expect([rule, at, out]).toEqual([rule, at, expected]);
      }
    }
  });

  it("finds each of them coloured in the middle, at every place, and keeps the colours", () => {
    const redactor = createRedactor([]);
    for (const [rule, secret, before, after] of SHAPE_CASES) {
      for (let at = 1; at < secret.length; at += 1 + Math.floor(secret.length / 60)) {
        const text = `${before}${secret.slice(0, at)}\u001b[1;31m${secret.slice(at)}\u001b[0m${after}`;
        const out = redactor.redactText(text);
        const plain = out.replaceAll(/\x1b\[[0-9;]*m/g, "");
        if (plain !== before + R + after) expect([rule, at, plain]).toEqual([rule, at, before + R + after]);
        expect(out.match(/\x1b\[[0-9;]*m/g)).toEqual(["\u001b[1;31m", "\u001b[0m"]);
      }
    }
  });

  it("leaves ordinary text alone", () => {
    const redactor = createRedactor([]);
    const texts = [
      "https://example.com:8443/path?x=1 and http://[::1]:80/ and git@github.com:a/b.git",
      "disk-usage-report-of-the-whole-node-0123456789 task-force",
      "npm_config_registry=https://registry.example/ npm_package_name=x",
      "the bearer of this letter; basic authentication; token count 5; tokens: 12; token: none",
      "commit 3f786850e387550fdab836ed7e6dc881de23001b sk-0123456789abcdef0123456789abcdef01234567",
      "-----BEGIN CERTIFICATE-----\r\nMIIB0123456789abcdefghijklmnopqrstuvwxyz\r\n-----END CERTIFICATE-----",
      "-----BEGIN PUBLIC KEY-----\r\nMIIB\r\n-----END PUBLIC KEY-----",
      "password: required secret: my-secret PASSWORD=$DB_PASSWORD PASSWORD=***",
      "token = Token.Name.Builtin.SchemeFunction; id_token = self.request_validator.get_id_token",
      "AKIA eyJ ghp_ xoxb- AIza hvs. sk_live_",
      "\u001b[1m\u001b]0;title\u0007bold\u001b[0m \u001b(Bx\u001bc\u001bPq#0~\u001b\\ 50%\r60%\r\n",
      "naïve ✓ 😀 \uFFFD \u0000\u0008 \t end",
    ];
    for (const text of texts) {
      expect(redactor.redactText(text)).toBe(text);
      expect(inPieces(redactor, text, () => 1)).toBe(text);
    }
    expect(redactor.hits).toEqual({});
  });

  it("does not swallow what follows a private key's first line when the key itself does not", () => {
    const redactor = createRedactor([]);
    const head = "-----BEGIN PRIVATE KEY-----";
    for (const after of [
      "\r\nroot@host:~# ls\r\nfile one\r\n",
      "\r\n$ ",
      " in key.pem\r\n",
      "\r\n-----BEGIN CERTIFICATE-----\r\nMIIB\r\n",
      "\r\nok: done\r\n",
      "",
    ]) {
      expect(redactor.redactText(`a\r\n${head}${after}`)).toBe(`a\r\n${R}${after}`);
      expect(inPieces(redactor, `a\r\n${head}${after}`, () => 1)).toBe(`a\r\n--${R}${after}`);
    }
    expect(redactor.redactText(`${head}\r\n${token(64)}\r\n${token(64)}\r\nroot@host:~# `)).toBe(`${R}\r\nroot@host:~# `);
  });
});

const FORMS: [string, (value: string) => string][] = [
  ["raw", (value) => value],
  ["JSON", (value) => JSON.stringify({ key: value })],
  ["JSON in JSON", (value) => JSON.stringify(JSON.stringify({ key: value }))],
  ["URL", (value) => `https://x/?q=${encodeURIComponent(value)}&b`],
  ["form", (value) => new URLSearchParams({ q: value }).toString()],
  ["single quotes", (value) => `'${value.replaceAll("'", "'\\''")}'`],
  ["printf %q", (value) => value.replaceAll(/[^A-Za-z0-9_@%+=:,./-]/g, "\\$&")],
  ["hex", (value) => Buffer.from(value).toString("hex")],
  ["HEX", (value) => Buffer.from(value).toString("hex").toUpperCase()],
  ["base64", (value) => Buffer.from(value).toString("base64")],
  ["base64, one byte on", (value) => Buffer.from(`x${value}yz`).toString("base64")],
  ["base64, two bytes on", (value) => Buffer.from(`xy${value}zzz`).toString("base64")],
  ["base64 with a newline", (value) => Buffer.from(`${value}\n`).toString("base64")],
  ["base64url", (value) => Buffer.from(`user:${value}`).toString("base64url")],
];
const VALUES = [SECRET, "swordfish", "päss→wörd 😀 blank", "aaaaaaaaaaaaaaaaaaaaaaaab", "??>>~~ÿÿÿ???>>>", "abcabcabcabcabcX"];

describe("known values", () => {
  for (const [form, encode] of FORMS) {
    it(`finds a value as ${form}, split at every place and one character at a time`, () => {
      for (const value of VALUES) {
        const redactor = createRedactor([{ name: "pw", value }]);
        const printed = encode(value);
        const core = form.startsWith("base64") ? longestCore(printed, redactor) : null;
        const text = `before ${printed} after\r\n`;
        const whole = redactor.redactText(text);
        expect(whole).toContain(R);
        expect(whole).not.toContain(printed);
        if (core !== null) expect(core).toBeGreaterThanOrEqual(printed.replaceAll("=", "").length - 14);
        // Of hex and base64 one character alone is not held back: it tells less than one character of the value.
        const first = whole.indexOf(R);
        const isEncoded = form.startsWith("base64") || form.toLowerCase() === "hex";
        const allowed = isEncoded ? [whole, whole.slice(0, first) + text[first] + whole.slice(first)] : [whole];
        expect(allowed).toContain(inPieces(redactor, text, () => 1));
        for (let at = 1; at < text.length; at += 1) {
          expect(allowed).toContain(inPieces(redactor, text, (piece) => (piece === 0 ? at : text.length)));
        }
        expect(Object.keys(redactor.hits)).toContain("known:pw");
      }
    });
  }
  /** Characters of the printed form that are gone. */
  function longestCore(printed: string, redactor: Redactor): number {
    return printed.length - redactor.redactText(printed).replaceAll(R, "").length;
  }

  it("finds a value after its own beginning, in full", () => {
    const redactor = createRedactor([{ name: "a", value: "abcabcabcabcabcX" }]);
    expect(redactor.redactText("abcabcabcabcabcabcabcX!")).toBe(`abcabc${R}!`);
  });

  it("finds the longer of two values that begin alike, and both where they overlap", () => {
    const redactor = createRedactor([
      { name: "short", value: "secret" },
      { name: "long", value: "secret-and-more" },
      { name: "other", value: "moremore" },
    ]);
    expect(redactor.redactText("secret secret-and secret-and-more secret-and-moremore.")).toBe(`${R} ${R}-and ${R} ${R}.`);
    expect(inPieces(redactor, "secret-and-moremore.", () => 1)).toBe(`${R}.`);
  });

  it("finds a value that line breaks, colours, links, marks and a line editor's wrap cut in two", () => {
    const redactor = createRedactor([{ name: "pw", value: "correct-horse-battery" }]);
    const cuts = [
      "\r\n",
      "\n",
      "\u001b[31m",
      "\u001b]8;;http://x\u0007",
      "\u001b]633;A\u001b\\",
      " \r",
      "\u001b[K\u001b[1A",
      "\u0007",
      "\u009b1m",
      "\u001b(B",
      "\u001b]0;x\u001b\\\u001b[m",
    ];
    for (const cut of cuts) {
      for (let at = 1; at < 21; at += 1) {
        const text = `<correct-horse-battery>`.slice(0, at + 1) + cut + `<correct-horse-battery>`.slice(at + 1);
        for (const out of [
          redactor.redactText(text),
          inPieces(redactor, text, () => 1),
          inPieces(redactor, text, (piece) => [2, 3, 1][piece % 3]!),
        ]) {
          expect(out.startsWith(`<${R}`)).toBe(true);
          expect(out.endsWith(">")).toBe(true);
          if (cut.includes("\u001b") || cut.includes("\u009b")) expect(out).toBe(`<${R}${cut}>`);
        }
      }
    }
  });

  it("finds a value that a line editor wraps by writing one character twice", () => {
    const redactor = createRedactor([{ name: "pw", value: "correct-horse-battery" }]);
    for (let at = 1; at < 20; at += 1) {
      const value = "correct-horse-battery";
      const zsh = `<${value.slice(0, at)} \r\u001b[K${value[at]}\r${value.slice(at)}>`;
      expect(redactor.redactText(zsh)).toBe(`<${R}\u001b[K>`);
      const bash = `<${value.slice(0, at)}${value[at]}\r${value.slice(at)}>`;
      expect(redactor.redactText(bash)).toBe(`<${R}>`);
      for (const text of [zsh, bash]) {
        const whole = redactor.redactText(text);
        expect(inPieces(redactor, text, () => 1)).toBe(whole);
        for (let cut = 1; cut < text.length; cut += 1) expect(inPieces(redactor, text, (piece) => (piece === 0 ? cut : 99))).toBe(whole);
      }
    }
  });

  it("finds a value that base64 prints in lines of 76", () => {
    const value = token(400);
    const redactor = createRedactor([{ name: "pw", value }]);
    const printed = Buffer.from(value).toString("base64").replaceAll(/.{76}/g, "$&\r\n");
    const out = redactor.redactText(`${printed}\r\n`);
    expect(out.length).toBeLessThan(30);
  });

  it("finds a value inside a private key's line that is not decided yet", () => {
    const redactor = createRedactor([{ name: "pw", value: "swordfish" }]);
    const text = `-----BEGIN PRIVATE KEY-----\r\n${token(64)}\r\nABCDEFGHswordfishABCDEFGH\r\n-----END PRIVATE KEY-----\r\n`;
    expect(redactor.redactText(text)).toBe(`${R}\r\n`);
    for (let at = 1; at < text.length; at += 1)
      expect(inPieces(redactor, text, (piece) => (piece === 0 ? at : 999)).replace(/^--?/, "")).toBe(`${R}\r\n`);
  });

  it("finds values of many lines and of many kilobytes, wherever they are cut", () => {
    const value = `first line\n${token(5_000)}\nlast line`;
    const redactor = createRedactor([{ name: "file", value }]);
    const printed = value.replaceAll("\n", "\r\n");
    for (const size of [1, 7, 1_000, 4_096]) {
      const out = inPieces(redactor, `a ${printed} z`, () => size);
      expect(out).toMatch(/^a (‹redacted›)+ z$/);
    }
  });

  it("finds a value in a title, a link and a clipboard sequence, and leaves the sequence whole", () => {
    const redactor = createRedactor([{ name: "pw", value: "correct-horse" }]);
    expect(redactor.redactText("\u001b]0;run correct-horse now\u0007x")).toBe(`\u001b]0;run ${R} now\u0007x`);
    expect(redactor.redactText("\u001b]8;;https://u:correct-horse@x\u001b\\link\u001b]8;;\u001b\\")).toBe(
      `\u001b]8;;https://u:${R}@x\u001b\\link\u001b]8;;\u001b\\`,
    );
    const clipboard = `\u001b]52;c;${Buffer.from("correct-horse").toString("base64")}\u0007`;
    expect(redactor.redactText(clipboard)).not.toContain(Buffer.from("correct-horse").toString("base64").slice(0, 12));
    const nested = "correct\u001b]0;correct-horse\u0007-horse";
    for (const out of [redactor.redactText(nested), inPieces(redactor, nested, () => 1)])
      expect(out.replaceAll(/‹redacted›/g, "")).not.toMatch(/horse|correct/);
  });

  it("does not look for values under six characters", () => {
    const redactor = createRedactor([
      { name: "pin", value: "1234" },
      { name: "blank", value: "  ab \n" },
    ]);
    expect(redactor.redactText("1234 ab")).toBe("1234 ab");
  });

  it("looks for a value that becomes known while a stream is open", () => {
    const redactor = createRedactor([]);
    const stream = redactor.stream();
    expect(stream.push("swordfish ")).toBe("swordfish ");
    redactor.add([{ name: "pw", value: "swordfish" }]);
    redactor.add({ name: "other", value: "swordfisherman" });
    expect(stream.push("a swordfish ") + stream.push("b swordfish") + stream.push("erman c") + stream.flush()).toBe(`a ${R} b ${R} c`);
    expect(stream.hits()).toMatchObject({ "known:pw": 2, "known:other": 1 });
  });

  it("counts by name, over all its streams", () => {
    const redactor = createRedactor([{ name: "pw", value: "aaaaaa" }]);
    redactor.redactText("aaaaaaaaaaaaaaaaaaaa");
    const stream = redactor.stream();
    stream.push(`aaaaaa and ghp_${token(36)}`);
    stream.flush();
    expect(redactor.hits).toEqual({ "known:pw": 4, "github-token": 1 });
    expect(stream.hits()).toEqual({ "known:pw": 1, "github-token": 1 });
  });
});

describe("streams", () => {
  it("hold back only what may be a secret's beginning", () => {
    const stream = createRedactor([{ name: "pw", value: "swordfish" }]).stream();
    expect(stream.push("hello\r\n$ ")).toBe("hello\r\n$ ");
    expect(stream.pendingChars()).toBe(0);
    expect(stream.pendingSince()).toBeNull();
    expect(stream.push("the swo")).toBe("the ");
    expect(stream.pendingChars()).toBe(3);
    expect(stream.pendingSince()).toBeGreaterThan(0);
    expect(stream.push("llen")).toBe("swollen");
    expect(stream.pendingSince()).toBeNull();
    expect(stream.push("token: ghp_abc")).toBe("token: ");
    expect(stream.push(" x")).toBe("ghp_abc x");
    expect(stream.push("see https://example.com:8")).toBe("see https://example.com:");
    expect(stream.push("0/")).toBe("80/");
  });

  it("let a view show early what the recording waits for, and nothing twice", () => {
    const stream = createRedactor([{ name: "pw", value: "swordfish" }]).stream();
    let recorded = "";
    let seen = "";
    for (const piece of ["a swo", "r", "", "dy", " sword", "fi", "sh s", "", "w", "ord"]) {
      recorded += stream.push(piece);
      seen += stream.viewText();
      if (piece.length !== 1) seen += stream.earlyText();
    }
    recorded += stream.flush();
    seen += stream.viewText();
    expect(recorded).toBe(`a swordy ${R} sword`);
    expect(seen).toBe(`a swordy swordfi${R} sword`);
  });

  it("redact what is left of a secret whose beginning was let go after the hold-back limit", () => {
    const stream = createRedactor([{ name: "pw", value: "swordfish" }]).stream();
    expect(stream.push("the swo") + stream.flush()).toBe("the swo");
    expect(stream.pendingChars()).toBe(0);
    expect(stream.push("rdfish and more") + stream.flush()).toBe(`${R} and more`);
  });

  it("stop waiting inside a decided token, however long it is", () => {
    const stream = createRedactor([]).stream();
    let out = stream.push("xoxb-");
    for (let index = 0; index < 20_000; index += 1) {
      out += stream.push("a");
      if (index > 20) expect(stream.pendingChars()).toBe(0);
    }
    expect(out + stream.push(" end")).toBe(`${R} end`);
  });

  it("hold a bounded length, whatever stands between a secret's characters", () => {
    const redactor = createRedactor([{ name: "pw", value: "swordfish" }]);
    for (const filler of ["\u001b[1m", "\r\n", "\u0007", "\u001b]0;aaaa\u0007", " \r"]) {
      const stream = redactor.stream();
      let most = 0;
      stream.push("swo");
      for (let index = 0; index < 20_000; index += 1) {
        stream.push(filler);
        most = Math.max(most, stream.pendingChars());
      }
      expect(most).toBeLessThan(17_000);
      expect(stream.push("rdfish.") + stream.flush()).toContain(R);
    }
  });

  it("give back any text unchanged but for secrets, in pieces of any size", () => {
    let seed = 11;
    const random = (below: number) => {
      seed = (seed * 1103515245 + 12345) & 0x7fffffff;
      return (seed >>> 8) % below;
    };
    const redactor = createRedactor([{ name: "pw", value: "swordfish" }]);
    const words = [
      "a",
      "sw",
      "swordfis",
      "\r\n",
      "\r",
      " ",
      " \r",
      "\u001b",
      "\u001b[",
      "\u001b[3m",
      "\u001b]0;t",
      "\u0007",
      "\u001b\\",
      "ghp_",
      "eyJ",
      "://",
      "token",
      "=",
      "-----BEGIN ",
      "✓",
      "😀",
      "\u009d",
      "\u0018",
      "Bearer ",
      "x:y@",
      "\\n",
    ];
    for (let round = 0; round < 400; round += 1) {
      let text = "";
      for (let index = 0; index < 60; index += 1) text += words[random(words.length)];
      const whole = redactor.redactText(text);
      expect(inPieces(redactor, text, () => 1)).toBe(whole);
      expect(inPieces(redactor, text, () => 1 + random(9))).toBe(whole);
      if (!whole.includes(R)) expect(whole).toBe(text);
    }
  });
});
