// Lets xterm and the dialog library bring their style rules under a CSP of style-src 'self'.
// Owns: <style> elements made by script. They never reach the parser: their text goes into a constructed sheet, which is CSSOM
// and therefore allowed, while an injected <style> of a document stays forbidden. Does not touch anything else.

/** A type the browser does not style by itself, so that it neither applies the element nor reports a violation. */
const INERT_TYPE = "text/x-adopted-css";

function routed(element: HTMLStyleElement): HTMLStyleElement {
  const sheet = new CSSStyleSheet();
  let text = "";
  const write = (css: string): void => {
    text = css;
    sheet.replaceSync(css);
    if (!document.adoptedStyleSheets.includes(sheet)) document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  };
  element.type = INERT_TYPE;
  Object.defineProperty(element, "textContent", { get: () => text, set: (css: string | null) => write(css ?? "") });
  Object.defineProperty(element, "innerHTML", { get: () => text, set: (css: string) => write(css) });
  Object.defineProperty(element, "sheet", { get: () => sheet });
  element.appendChild = <T extends Node>(node: T): T => {
    write(text + (node.textContent ?? ""));
    return node;
  };
  const drop = (): void => {
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter((one) => one !== sheet);
  };
  const remove = element.remove.bind(element);
  element.remove = () => {
    drop();
    remove();
  };
  return element;
}

/** Once, before anything is drawn. */
export function adoptStyles(): void {
  const make = document.createElement.bind(document);
  document.createElement = ((tag: string, options?: ElementCreationOptions) => {
    const element = make(tag, options);
    return tag.toLowerCase() === "style" ? routed(element as HTMLStyleElement) : element;
  }) as typeof document.createElement;
}
