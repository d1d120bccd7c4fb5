// Links by which others follow this run: made, copied once, revoked. Owns: the dialog. A link's token is in its answer alone.
import { Copy } from "lucide-react";
import { useCallback, useEffect, useState } from "react";
import type { FollowLink, RunHeader } from "../../engine/protocol/index.ts";
import { callEngine, useApp } from "../app/index.ts";
import { bridge } from "../bridge/index.ts";
import { Button, Dialog, Field, formatMoment, Notice } from "../design/index.ts";
import "./follow.css";

/** Only the web host serves pages to others; the desktop window has none behind it. */
const NO_HOST = "Links are served by the local web host: start Holdpoint with `holdpoint serve` to give one out.";

export function LinksDialog({ header, zone, onClose }: { header: RunHeader; zone: string; onClose(): void }) {
  const { run, launch = null } = header;
  const [links, setLinks] = useState<FollowLink[] | null>(null);
  const [name, setName] = useState("War room");
  const [made, setMade] = useState<{ link: FollowLink; url: string } | null>(null);
  const [refusal, setRefusal] = useState<string | null>(null);
  const notify = useApp((app) => app.notify);
  const refresh = useCallback(async (): Promise<void> => {
    const result = await bridge().call("follow.list", {});
    if (result.ok) setLinks(result.value.filter((one) => one.run === run || (launch !== null && one.launch === launch)));
    else setRefusal(result.error.message);
  }, [run, launch]);
  useEffect(() => {
    void refresh();
    return bridge().subscribe("follow.changed", () => void refresh());
  }, [refresh]);
  const canServe = window.location.protocol.startsWith("http");
  const make = async (): Promise<void> => {
    const result = await callEngine("follow.make", { run, name: name.trim() });
    if (!result.ok) return setRefusal(result.error.message);
    setRefusal(null);
    setMade({ link: result.value.link, url: `${window.location.origin}/follow#token=${result.value.token}` });
  };
  const revoke = async (link: FollowLink): Promise<void> => {
    const result = await callEngine("follow.revoke", { link: link.id });
    if (!result.ok) return setRefusal(result.error.message);
    if (made?.link.id === link.id) setMade(null);
    notify("ok", `“${link.name}” is revoked: whoever followed by it is cut off.`);
  };
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(made?.url ?? "");
      notify("ok", "The link is in the clipboard.");
    } catch {
      notify("warn", "This browser keeps the clipboard to itself. Select the link and copy it.");
    }
  };
  return (
    <Dialog
      open
      wide
      title="Links to follow this run"
      description="Whoever has a link sees this run live and can do nothing else, until it is revoked. It is shown once, here."
      onClose={onClose}
      footer={<Button onClick={onClose}>Close</Button>}
    >
      <form
        className="follow-make"
        onSubmit={(event) => {
          event.preventDefault();
          if (canServe && name.trim() !== "") void make();
        }}
      >
        <Field label="What it is for" maxLength={100} value={name} onChange={(event) => setName(event.target.value)} />
        <Button kind="accent" type="submit" unavailable={canServe ? (name.trim() === "" ? "Say what it is for." : null) : NO_HOST}>
          Make a link
        </Button>
      </form>
      {refusal === null ? null : (
        <Notice kind="fail" live>
          {refusal}
        </Notice>
      )}
      {made === null ? null : (
        <Notice kind="ok" live>
          <div className="follow-made">
            <Field label={`Link for ${made.link.name}`} readOnly value={made.url} onFocus={(event) => event.currentTarget.select()} />
            <Button icon={<Copy size={15} aria-hidden="true" />} onClick={() => void copy()}>
              Copy
            </Button>
          </div>
        </Notice>
      )}
      {links === null ? null : links.length === 0 ? (
        <p className="dim">Nobody follows by a link yet.</p>
      ) : (
        <ul className="follow-links" aria-label="Links made">
          {links.map((link) => (
            <li key={link.id}>
              <span className="grow">
                <b>{link.name}</b>{" "}
                <span className="dim">
                  made by {link.by} {formatMoment(link.at, zone)}
                  {link.revokedAt === null ? "" : `, revoked by ${link.revokedBy} ${formatMoment(link.revokedAt, zone)}`}
                </span>
              </span>
              {link.revokedAt === null ? (
                <Button small onClick={() => void revoke(link)} aria-label={`Revoke ${link.name}`}>
                  Revoke
                </Button>
              ) : (
                <span className="dim">Revoked</span>
              )}
            </li>
          ))}
        </ul>
      )}
    </Dialog>
  );
}
