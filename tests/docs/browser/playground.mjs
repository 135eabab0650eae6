// The playground as a person uses it: `node playground.mjs OPTIONS`, a JSON object (see `job`). The last
// line that it prints is what it saw, as JSON.
import { createRequire } from "node:module";

const job = JSON.parse(process.argv[2]); // { playwright, chromium, url, screenshot }
const { chromium } = createRequire(job.playwright)("playwright-core");
const flags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
const browser = await chromium.launch({ executablePath: job.chromium, args: flags });
const seen = { asked: [], problems: [] };
try {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  const home = new URL(job.url).host;
  await context.route("**/*", (route) => {
    const url = new URL(route.request().url());
    if (url.host === home || ["data:", "blob:"].includes(url.protocol)) return route.continue();
    seen.asked.push(url.href);
    return route.abort();
  });
  const page = await context.newPage();
  page.on("pageerror", (error) => seen.problems.push(error.message));
  page.setDefaultTimeout(150_000);

  await page.goto(`${job.url}index.html`);
  await page.getByRole("link", { name: "Playground" }).first().click();
  const findings = page.locator("#findings li");
  await findings.first().or(page.locator("#state.bad")).waitFor();
  seen.problems.push(...(await page.locator("#state.bad").allInnerTexts()));
  if (seen.problems.length > 0) throw new Error(seen.problems.join("\n"));
  seen.example = await findings.locator("a").allInnerTexts();
  seen.marked = await page.locator("#marks mark").allInnerTexts();
  await page.screenshot({ path: job.screenshot });

  await page.locator("#text").fill('lamp(uint64_t x) "%d"\n');
  await page.locator("#findings li", { hasText: "TE401" }).waitFor();
  await page.locator("#output .added", { hasText: "lamp" }).waitFor();
  seen.diff = await page.locator("#output .added").allInnerTexts();
  seen.page = await findings.locator("a").first().getAttribute("href");
  await page.locator("#fix").click();
  await page.locator("#state", { hasText: "No findings" }).waitFor();
  seen.fixed = await page.locator("#text").inputValue();

  await page.locator("#format").selectOption("h");
  await page.locator("#output", { hasText: "trace_lamp" }).waitFor();
  seen.generated = await page.locator("#output").innerText();

  await page.locator("#link").click();
  await page.waitForFunction(() => location.hash.startsWith("#text="));
  const link = page.url();
  const other = await context.newPage();
  await other.goto(link);
  await other.locator("#state", { hasText: "No findings" }).waitFor({ timeout: 150_000 });
  seen.carried = await other.locator("#text").inputValue();
} finally {
  await browser.close();
}
console.log(JSON.stringify(seen));
