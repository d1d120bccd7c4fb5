// What ours is compared with: a PTY straight into xterm.js over a WebSocket, nothing redacted, nothing recorded.
// Owns: that server, and an empty page with `--empty`. A process of its own, as our engine is one. Prints {"url": …} when ready.
import { createReadStream } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { spawn } from "@lydell/node-pty";
import Database from "better-sqlite3";
import { WebSocketServer } from "ws";

/** From the page: `run` types a command, after one durable insert where `durable` is set. */
type FromPage = { type: "run"; command: string; durable: boolean } | { type: "resize"; cols: number; rows: number };

const XTERM = join(import.meta.dirname, "..", "node_modules", "@xterm", "xterm");
const PAGE = `<!doctype html><meta charset="utf-8"><title>bare</title><link rel="stylesheet" href="/xterm.css">
<button id="run">Run</button><div id="terminal"></div>
<script type="module">
import { Terminal } from "/xterm.mjs";
const terminal = new Terminal({ cols: 100, rows: 40, scrollback: 10000, fontSize: 13 });
terminal.open(document.getElementById("terminal"));
const socket = new WebSocket("ws://" + location.host + "/pty");
socket.onmessage = (event) => terminal.write(JSON.parse(event.data).data);
window.setSize = (cols, rows) => { terminal.resize(cols, rows); socket.send(JSON.stringify({ type: "resize", cols, rows })); };
document.getElementById("run").onclick = () => socket.send(JSON.stringify(window.next));
</script>`;
const TYPES: Record<string, string> = { ".mjs": "text/javascript", ".css": "text/css" };

function main(folder: string): void {
  const database = new Database(join(folder, "bare-socket.db"));
  database.pragma("journal_mode = WAL");
  database.pragma("synchronous = FULL");
  database.exec("CREATE TABLE events (seq INTEGER PRIMARY KEY, body TEXT NOT NULL) STRICT");
  const insert = database.prepare("INSERT INTO events (body) VALUES (?)");

  const server = createServer((request, response) => {
    const file = { "/xterm.mjs": "lib/xterm.mjs", "/xterm.css": "css/xterm.css" }[request.url ?? ""];
    if (file === undefined) {
      response.writeHead(200, { "Content-Type": "text/html" }).end(PAGE);
      return;
    }
    response.writeHead(200, { "Content-Type": TYPES[file.slice(file.lastIndexOf("."))] });
    createReadStream(join(XTERM, file)).pipe(response);
  });
  new WebSocketServer({ server, path: "/pty", perMessageDeflate: false }).on("connection", (socket) => {
    const env = { ...process.env, PS1: "$ " } as Record<string, string>;
    const pty = spawn("/bin/bash", ["--norc", "--noprofile", "-i"], { name: "xterm-256color", cols: 100, rows: 40, env });
    pty.onData((data) => socket.send(JSON.stringify({ type: "data", data })));
    socket.on("message", (text) => {
      const message = JSON.parse(String(text)) as FromPage;
      if (message.type === "resize") return pty.resize(message.cols, message.rows);
      if (message.durable) insert.run(JSON.stringify({ message, filler: "x".repeat(600) }));
      pty.write(`${message.command}\r`);
    });
    socket.on("close", () => pty.kill());
  });
  server.listen(0, "127.0.0.1", () => {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    process.stdout.write(`${JSON.stringify({ url })}\n`);
  });
}

main(process.argv[2] ?? ".");
