// `holdpoint serve`: the local web host until Ctrl-C. Owns: the options. The host is engine/serve.
import type { Command } from "commander";
import { play } from "./command.ts";
import { Ended, EXIT, usage } from "./output.ts";

type Options = { port: string; host: string; readOnly?: boolean; tlsCert?: string; tlsKey?: string; build: boolean; json?: boolean };

export function register(program: Command, done: (code: Promise<number>) => void): void {
  program
    .command("serve")
    .summary("the local web host; prints the one-time URL")
    .description(
      "Serves the window on this machine. The URL works once, in one browser; `holdpoint open` makes another while this runs. Who opens it has a shell as you. Ctrl-C ends it.",
    )
    .option("--port <n>", "port; 0 takes any free one", "0")
    .option("--host <address>", "address to listen on; another than loopback needs TLS and an operator's sign-in", "127.0.0.1")
    .option("--read-only", "the window looks and changes nothing")
    .option("--tls-cert <file>", "certificate chain (PEM)")
    .option("--tls-key <file>", "private key (PEM)")
    .option("--no-build", "serve the window as it was built last")
    .option("--json", '{"url": …} on standard output')
    .action((options: Options) => {
      const isJson = options.json === true;
      done(
        play("serve", isJson, async (scene) => {
          const port = Number(options.port);
          if (!Number.isInteger(port) || port < 0 || port > 65_535)
            throw usage(`--port takes a number from 0 to 65535, not "${options.port}".`);
          const { hasNoHost, newLink, startHost } = await import("./host-start.ts");
          const hosted = await startHost(scene, {
            address: options.host,
            port,
            mayBuild: options.build,
            isReadOnly: options.readOnly === true,
            ...(options.tlsCert === undefined ? {} : { tlsCert: options.tlsCert }),
            ...(options.tlsKey === undefined ? {} : { tlsKey: options.tlsKey }),
            note: options.readOnly === true ? "Read-only: this window looks and changes nothing." : "",
          });
          const tell = (url: string) => {
            if (isJson) scene.output.json({ url });
            else scene.output.line(url);
          };
          if ("running" in hosted) {
            const { running } = hosted;
            if (options.readOnly === true || port !== 0 || options.tlsCert !== undefined) throw new Ended(EXIT.usage, hasNoHost(running));
            const url = await newLink(running, {});
            scene.output.say(`Holdpoint is being served already (process ${running.running?.greeting.pid}); this is a new link to it.`);
            tell(url);
            return EXIT.ok;
          }
          tell(hosted.host.link());
          scene.output.say("The link works once. Ctrl-C ends Holdpoint and its shells.");
          await new Promise<void>((resolve) => scene.onInterrupt(resolve));
          await hosted.host.close();
          return EXIT.ok;
        }),
      );
    });
}
