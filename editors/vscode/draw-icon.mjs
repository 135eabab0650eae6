// Draw icon.png from icon.svg: `CHROMIUM=/usr/bin/chromium node draw-icon.mjs`.
import { readFileSync } from "node:fs";
import { chromium } from "playwright-core";

const size = 256;
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ["--no-sandbox"] });
const page = await browser.newPage({ viewport: { width: size, height: size } });
const svg = readFileSync(new URL("icon.svg", import.meta.url), "utf8");
await page.setContent(`<style>body { margin: 0 } svg { width: ${size}px; height: ${size}px; display: block }</style>${svg}`);
await page.screenshot({ path: "icon.png", omitBackground: true });
await browser.close();
