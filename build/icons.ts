// Draws build/icons/icon.png from icon.svg: 1024 px, from which electron-builder makes each platform's own format.
// Run by hand after the drawing has changed; the picture is kept in the repository.
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { launchChromium } from "../e2e/chromium.ts";

const folder = join(dirname(fileURLToPath(import.meta.url)), "icons");
const SIZE = 1024;

const browser = await launchChromium();
const page = await browser.newPage({ viewport: { width: SIZE, height: SIZE } });
const svg = readFileSync(join(folder, "icon.svg"), "utf8").replace('width="512" height="512"', `width="${SIZE}" height="${SIZE}"`);
await page.setContent(`<style>body{margin:0;background:transparent}svg{display:block}</style>${svg}`);
await page.screenshot({ path: join(folder, "icon.png"), omitBackground: true });
await browser.close();
