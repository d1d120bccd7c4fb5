// Names of files within a bundle. Owns: that they are plain on every system: ASCII, no leading dot, no way out.
// What a payload is called in the record says where it lies; data/files.json binds the two.

const FOLDERS: Record<string, string> = {
  plan: "plans",
  checklist: "plans",
  text: "plans",
  evidence: "evidence",
  attachment: "attachments",
};
const ENDINGS: Record<string, string> = {
  "text/markdown": "md",
  "text/plain": "txt",
  "text/csv": "csv",
  "text/xml": "xml",
  "application/xml": "xml",
  "application/json": "json",
  "application/pdf": "pdf",
  "image/png": "png",
  "image/jpeg": "jpg",
  "image/gif": "gif",
  "image/webp": "webp",
};

/** Where a payload lies. `isOwn`: of the exported log, else of the install log beside it. */
export function payloadPath(isOwn: boolean, seq: number, index: number, name: string, mediaType: string): string {
  const folder = FOLDERS[name] ?? "payloads";
  const plain = name.replace(/[^A-Za-z0-9_-]/g, "_").slice(0, 60);
  const ending = ENDINGS[mediaType.split(";")[0]!.trim()] ?? "bin";
  return `data/${folder}/${isOwn ? "" : "install-"}${String(seq).padStart(6, "0")}-${index}-${plain}.${ending}`;
}

export const isSafePath = (path: string): boolean =>
  path.length <= 200 && path.split("/").every((part) => /^[A-Za-z0-9_-][A-Za-z0-9._-]*$/.test(part));
