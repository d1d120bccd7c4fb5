// The window's screens as a person uses them: by names and keys, never by class names.
// Owns: the words that the tests click and read. Asserts nothing but that a screen is there.
import { expect, type Page } from "@playwright/test";

/** Of everybody in a launch but Dana. */
export const PASSWORD = "a password for the night";
export const PERSON = { name: "Dana Mercer", id: "dana.mercer", password: "correct horse battery" };

/** The first run's sheet, by keyboard alone: name, id (proposed from the name), password twice, Enter. */
export async function becomeOperator(page: Page): Promise<void> {
  const sheet = page.getByRole("dialog", { name: "Who are you?" });
  await expect(sheet.getByLabel("Name")).toBeFocused();
  await page.keyboard.type(PERSON.name);
  await page.keyboard.press("Tab");
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.type(PERSON.id);
  await page.keyboard.press("Tab");
  await page.keyboard.type(PERSON.password);
  await page.keyboard.press("Tab");
  await page.keyboard.type(PERSON.password);
  await page.keyboard.press("Enter");
  await expect(sheet).toBeHidden();
  await expect(page.getByText(PERSON.name).first()).toBeVisible();
}

/** Presses the key of the large button at the bottom right, once it reads as expected and is armed. */
export async function act(page: Page, name: RegExp, key: "Enter" | "ControlOrMeta+Enter" = "ControlOrMeta+Enter"): Promise<void> {
  const button = page.locator('[data-region="action"]').getByRole("button", { name });
  await expect(button).toBeVisible();
  await expect(button).toBeEnabled();
  await page.keyboard.press(key);
}

/** The outline says that a step has this verdict. */
export const expectStep = (page: Page, verdict: RegExp | string, title: string) =>
  expect(page.getByRole("treeitem", { name: new RegExp(`${verdict}.*${title}`) })).toBeVisible();

export async function openRunbook(page: Page, path: string): Promise<void> {
  await page.getByRole("button", { name: "Open a file or folder" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Path on this computer").fill(path);
  await page.keyboard.press("Enter");
  await expect(dialog).toBeHidden();
}

/** Text of the terminal on screen, as xterm's accessible rows or its buffer give it. */
export async function terminalText(page: Page): Promise<string> {
  return (await page.locator(".xterm-rows").first().textContent()) ?? "";
}

/** One method over the window's own socket, as whoever is signed in at this window. */
export async function call<T = Record<string, unknown>>(page: Page, method: string, params: object): Promise<T> {
  const result = await page.evaluate(
    ([name, given]) =>
      new Promise<{ ok: boolean; value?: unknown; error?: { message: string } }>((resolve, reject) => {
        const socket = new WebSocket(`${location.origin.replace("http", "ws")}/api/socket`);
        socket.onopen = () => socket.send(JSON.stringify({ id: 1, method: name, params: given }));
        socket.onerror = () => reject(new Error("no socket"));
        socket.onmessage = ({ data }) => {
          const message = JSON.parse(String(data)) as { id?: number; result: never };
          if (message.id !== 1) return;
          socket.close();
          resolve(message.result);
        };
      }),
    [method, params] as const,
  );
  if (!result.ok) throw new Error(`${method}: ${result.error?.message ?? "refused"}`);
  return result.value as T;
}

/** Somebody else sits down: signs the one before out, and themselves in. */
export async function takeSeat(page: Page, id: string, name: string, password = PASSWORD): Promise<void> {
  await page.getByRole("banner").getByRole("button", { expanded: false }).last().click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await page.getByRole("button", { name: /Not signed in/ }).click();
  const dialog = page.getByRole("dialog", { name: "Sign in" });
  await dialog.getByLabel("Your id").fill(id);
  await dialog.getByLabel("Password").fill(password);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("banner").getByText(name)).toBeVisible();
}

/** Id and password in the sheet or column that signs; signed by its key. */
export async function sign(page: Page, id: string, password = PASSWORD): Promise<void> {
  await page.getByLabel("Your id").fill(id);
  await page.getByLabel("Password").fill(password);
  await expect(page.getByRole("button", { name: /^(Sign|Reject) .*Enter$/ }).and(page.locator("[type=submit]"))).toBeEnabled();
  await page.keyboard.press("ControlOrMeta+Enter");
}
