// Lets xterm and the dialog library bring their style rules under a CSP of style-src 'self'.
// Owns: <style> elements made by script. Their text goes into a constructed sheet, which is CSSOM and therefore allowed, while an
// injected <style> of a document stays forbidden. Does not touch anything else.

/** Stands in the tree for the style element: Chromium checks the policy of every inserted <style>, whatever its type. */
const STAND_IN = "adopted-style";

function standIn(element: HTMLElement): HTMLElement {
  const sheet = new CSSStyleSheet();
  let text = "";
  const write = (css: string): void => {
    text = css;
    sheet.replaceSync(css);
    if (!document.adoptedStyleSheets.includes(sheet)) document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  };
  element.hidden = true;
  Object.defineProperty(element, "textContent", { get: () => text, set: (css: string | null) => write(css ?? "") });
  Object.defineProperty(element, "innerHTML", { get: () => text, set: (css: string) => write(css) });
  Object.defineProperty(element, "sheet", { get: () => sheet });
  element.appendChild = <T extends Node>(node: T): T => {
    write(text + (node.textContent ?? ""));
    return node;
  };
  // Both libraries take their element out again by its parent or by itself; a sheet whose element is gone must go too.
  const left = (): void => {
    if (!element.isConnected) document.adoptedStyleSheets = document.adoptedStyleSheets.filter((one) => one !== sheet);
  };
  const remove = element.remove.bind(element);
  element.remove = () => {
    remove();
    left();
  };
  leaving.set(element, left);
  return element;
}

const leaving = new WeakMap<Node, () => void>();

/** Once, before anything is drawn. */
export function adoptStyles(): void {
  const make = document.createElement.bind(document);
  document.createElement = ((tag: string, options?: ElementCreationOptions) =>
    tag.toLowerCase() === "style" ? standIn(make(STAND_IN)) : make(tag, options)) as typeof document.createElement;
  const removeChild = Node.prototype.removeChild;
  Node.prototype.removeChild = function <T extends Node>(this: Node, child: T): T {
    const removed = removeChild.call(this, child) as T;
    leaving.get(child)?.();
    return removed;
  };
}
