// `holdpoint preflight`: everything that can be found out before the first step. Owns: the options. Starts no run.
import type { Command } from "commander";
import { need, play } from "./command.ts";
import { exitOfFindings, printFindings } from "./findings.ts";
import { safe } from "./output.ts";
import { addStartOptions, buildRequest, checkOptions, openRunbook, type StartOptions, signIn } from "./start-request.ts";

export function register(program: Command, done: (code: Promise<number>) => void): void {
  addStartOptions(
    program
      .command("preflight")
      .summary("all findings before a run, read-only; starts none")
      .description(
        "Checks tools, permissions, parameters, placeholders, review date, credentials, disk and clock, and records what was found. Exit 0 when nothing blocks, 1 when something does, 4 when it is the cluster.",
      )
      .argument("<file>", "runbook"),
  )
    .option("--mode <mode>", "live or rehearsal", "live")
    .option("--json", "one JSON array on standard output")
    .action((file: string, options: StartOptions) => {
      const isJson = options.json === true;
      done(
        play("preflight", isJson, async (scene) => {
          const { output } = scene;
          checkOptions(options);
          const door = await scene.door();
          const opened = await openRunbook(door, file);
          await signIn(door, options);
          const request = await buildRequest(door, opened, options);
          output.progress("looking at tools, permissions and the cluster");
          const findings = need(await door.call("run.preflight", request));
          output.progress("");
          if (isJson) output.json(findings);
          else {
            output.line(output.paint("bold", safe(opened.document.title)));
            printFindings(output, findings);
          }
          return exitOfFindings(findings);
        }),
      );
    });
}
