// The only place where HTML of a document becomes DOM. Runbook text is untrusted.
// Owns: what is let through. Does not render Markdown (engine/document does).
import DOMPurify from "dompurify";
import { useMemo } from "react";
import { breakOf, withoutOverrides } from "./hidden.ts";

/** Text and structure only: nothing that runs, loads, positions itself or asks for input. */
const TAGS = (
  "a abbr b blockquote br caption code col colgroup dd del details dfn div dl dt em h1 h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q " +
  "rp rt ruby s samp small span strike strong sub summary sup table tbody td tfoot th thead time tr u ul var wbr"
).split(" ");
const ATTRIBUTES = [
  "href",
  "title",
  "alt",
  "src",
  "colspan",
  "rowspan",
  "scope",
  "start",
  "reversed",
  "lang",
  "dir",
  "open",
  "id",
  "datetime",
];
/** Ids of a document live in a name space of their own, or they could shadow the window's (DOM clobbering). */
export const ID_PREFIX = "doc-";
const OUTSIDE = new Set(["http:", "https:", "mailto:"]);

/** What a link of a document may lead to: outside by a known scheme, a heading of the same document, or nothing. */
export function checkLink(href: string): { kind: "outside" | "heading"; href: string } | null {
  const trimmed = href.trim();
  if (trimmed.startsWith("#")) return trimmed.length > 1 ? { kind: "heading", href: `#${ID_PREFIX}${trimmed.slice(1)}` } : null;
  try {
    const url = new URL(trimmed); // no base: a relative link has no place to lead to in this window
    return OUTSIDE.has(url.protocol) ? { kind: "outside", href: url.href } : null;
  } catch {
    return null;
  }
}

const IMAGE_NOTE = "image-note";

type Purifier = ReturnType<typeof DOMPurify>;
let purifier: Purifier | null = null;
function prepared(): Purifier {
  if (purifier !== null) return purifier;
  purifier = DOMPurify(window);
  // No class of the document's: it could dress itself as a part of the window. The one of our own note is kept.
  purifier.addHook("uponSanitizeAttribute", (_node, data) => {
    if (data.attrName === "class" && data.attrValue === IMAGE_NOTE) data.forceKeepAttr = true;
  });
  purifier.addHook("uponSanitizeElement", (node) => {
    if (node.nodeType === 3 /* text */) tameText(node as Text);
  });
  purifier.addHook("afterSanitizeAttributes", (node) => {
    const element = node as Element;
    if (element.hasAttribute("id")) element.setAttribute("id", `${ID_PREFIX}${element.getAttribute("id")?.replace(/^doc-/, "")}`);
    if (element.tagName === "A") tameLink(element);
    if (element.tagName === "IMG") replaceImage(element);
  });
  return purifier;
}

/** The rest of a broken word is another text node, and comes by here in its turn. */
function tameText(node: Text): void {
  const text = withoutOverrides(node.data);
  if (text !== node.data) node.data = text;
  const at = breakOf(node.data);
  if (at < 0) return;
  const rest = node.splitText(at);
  rest.parentNode?.insertBefore(node.ownerDocument.createElement("wbr"), rest);
}

function tameLink(element: Element): void {
  const link = checkLink(element.getAttribute("href") ?? "");
  if (link === null) {
    const was = element.getAttribute("href");
    element.removeAttribute("href");
    if (was !== null) element.setAttribute("title", `Link not opened from here: ${was.slice(0, 200)}`);
    return;
  }
  element.setAttribute("href", link.href);
  if (link.kind === "outside") {
    element.setAttribute("target", "_blank");
    element.setAttribute("rel", "noopener noreferrer");
    element.setAttribute("title", link.href);
  }
}

/** No image is loaded: a remote one tells its server who reads, a local one is a path outside the window's files. */
function replaceImage(element: Element): void {
  const note = element.ownerDocument.createElement("span");
  const alt = element.getAttribute("alt")?.trim() ?? "";
  note.className = IMAGE_NOTE;
  note.textContent = alt === "" ? "Image, not loaded" : `Image, not loaded: ${alt}`;
  const source = element.getAttribute("src");
  if (source !== null) note.title = source.slice(0, 200);
  element.replaceWith(note);
}

/** HTML that is safe to put into the window. Needs a DOM. */
export function sanitize(html: string): string {
  return prepared().sanitize(html, {
    ALLOWED_TAGS: TAGS,
    ALLOWED_ATTR: ATTRIBUTES,
    ALLOW_DATA_ATTR: false,
    ALLOW_ARIA_ATTR: false,
    // the scheme is judged by checkLink above; DOMPurify's own test still refuses the known bad ones first
    ADD_ATTR: ["target"],
    SANITIZE_DOM: true,
    KEEP_CONTENT: true,
    RETURN_TRUSTED_TYPE: false,
  });
}

/** Links leave through the opener of the host: a plain new window, without a reference to this one. */
export function SafeHtml({ html, as: Tag = "div", className }: { html: string; as?: "div" | "span"; className?: string }) {
  const clean = useMemo(() => sanitize(html), [html]);
  // biome-ignore lint/security/noDangerouslySetInnerHtml: sanitised one line above, the only place in the window that does this
  return <Tag className={className} dangerouslySetInnerHTML={{ __html: clean }} />;
}
