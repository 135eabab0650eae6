// The playground's page: a text, its findings, and its fixes or the code generated from it.
const DELAY = 150; // ms, from the last key to the check
const EXAMPLE = `# kettle.c
kettle_open(void *kettle, const char *name) "kettle %p name %s"
kettle_heat(void *kettle, uint64_t watts) "kettle %p watts %d"
kettle_boil(int degrees int64_t after) "%d degrees after %" PRId64 " ms\\n"
disable kettle_poll(void)
`;

const $ = (id) => document.getElementById(id);
const text = $("text");
let choices;

// The text is kept in the address, compressed.
async function piped(bytes, stream) {
  return new Uint8Array(await new Response(new Blob([bytes]).stream().pipeThrough(stream)).arrayBuffer());
}

async function toHash(value) {
  const bytes = await piped(new TextEncoder().encode(value), new CompressionStream("deflate-raw"));
  const binary = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  return "#text=" + btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

async function fromHash(hash) {
  if (!hash.startsWith("#text=")) return undefined;
  try {
    const binary = atob(hash.slice("#text=".length).replaceAll("-", "+").replaceAll("_", "/"));
    const bytes = await piped(Uint8Array.from(binary, (char) => char.charCodeAt(0)), new DecompressionStream("deflate-raw"));
    return new TextDecoder().decode(bytes);
  } catch {
    say("The text in this link is damaged.", true);
    return undefined;
  }
}

function say(message, bad = false) {
  $("state").textContent = message;
  $("state").classList.toggle("bad", bad);
}

// Python, in a worker thread.
const waiting = new Map();
let asked = 0;
const worker = new Worker(new URL("worker.js", import.meta.url), { type: "module" });
worker.onerror = () => say("Python could not start. This page needs a web server: python3 -m http.server -d build/docs", true);
worker.onmessage = ({ data }) => {
  if (data.ready) begin(data.ready);
  else if (data.id === undefined) say(data.problem, true);
  else {
    const { done, failed } = waiting.get(data.id);
    waiting.delete(data.id);
    if ("value" in data) done(data.value);
    else failed(new Error(data.problem));
  }
};

function call(ask, ...args) {
  return new Promise((done, failed) => {
    waiting.set(++asked, { done, failed });
    worker.postMessage({ id: asked, ask, args });
  });
}

function begin(found) {
  choices = found;
  const labels = { h: "C header", c: "C source", rs: "Rust" };
  for (const format of choices.formats) $("format").add(new Option(labels[format] ?? format, format));
  for (const backend of choices.backends) $("backends").add(new Option(backend, backend, false, backend === "log"));
  $("fix").disabled = false;
  check();
}

// One check at a time; what is typed meanwhile is checked next.
let busy = false;
let again = false;

async function check() {
  if (choices === undefined) return;
  if (busy) {
    again = true;
    return;
  }
  busy = true;
  try {
    do {
      again = false;
      const value = text.value;
      const args = [value, $("profile").value, $("format").value, $("backends").value];
      const { findings, output } = JSON.parse(await call("answer", ...args));
      if (text.value === value) show(findings, output);
    } while (again);
  } catch (problem) {
    say(problem.message.trim().split("\n").pop(), true);
  } finally {
    busy = false;
  }
}

function show(findings, output) {
  const errors = findings.filter((finding) => finding.severity === "error").length;
  const count = (number, word) => `${number} ${word}${number === 1 ? "" : "s"}`;
  say(findings.length === 0 ? "No findings." : `${count(findings.length, "finding")}, ${count(errors, "error")}.`);
  $("findings").replaceChildren(...findings.map(item));
  mark(findings);
  $("output").replaceChildren(...output.split(/(?<=\n)/).map((line) => colouredLine(line)));
}

function item(finding) {
  const { start, end } = finding.range;
  const place = Object.assign(document.createElement("button"), { textContent: `${start.line}:${start.column}` });
  place.onclick = () => {
    text.focus();
    text.setSelectionRange(offset(start), offset(end));
  };
  const code = Object.assign(document.createElement("a"), {
    textContent: `${finding.severity === "information" ? "note" : finding.severity}[${finding.code}]`,
    href: new URL(`../rules/${finding.code}.html`, import.meta.url).href,
    className: finding.severity,
  });
  const found = document.createElement("li");
  found.append(place, " ", code, ` ${finding.message}`);
  if (finding.help) found.append(Object.assign(document.createElement("div"), { textContent: `help: ${finding.help}` }));
  return found;
}

/** The index of a place in the text: a place counts code points, a string UTF-16 code units. */
function offset({ line, column }) {
  const lines = text.value.split(/\n/);
  const before = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
  return before + Array.from(lines[line - 1] ?? "").slice(0, column - 1).join("").length;
}

function mark(findings) {
  const spans = findings.map((one) => [offset(one.range.start), offset(one.range.end), one.severity]);
  spans.sort((a, b) => a[0] - b[0]);
  const parts = [];
  let at = 0;
  for (const [start, end, severity] of spans) {
    if (start < at) continue;
    const stop = Math.max(end, start + 1);
    const wrong = Object.assign(document.createElement("mark"), { className: severity });
    wrong.textContent = text.value.slice(start, stop).replace("\n", " \n") || " ";
    parts.push(text.value.slice(at, start), wrong);
    at = stop;
  }
  $("marks").replaceChildren(...parts, text.value.slice(at) + "\n");
}

function colouredLine(line) {
  const isDiff = $("format").value === "fixes";
  const kind = isDiff && { "+": "added", "-": "removed", "@": "place" }[line[0]];
  return kind ? Object.assign(document.createElement("span"), { textContent: line, className: kind }) : line;
}

let timer;
text.oninput = () => {
  mark([]);
  clearTimeout(timer);
  timer = setTimeout(check, DELAY);
};
text.onscroll = () => {
  $("marks").scrollTop = text.scrollTop;
  $("marks").scrollLeft = text.scrollLeft;
};
for (const id of ["profile", "format", "backends"]) $(id).onchange = check;
$("fix").onclick = async () => {
  text.value = await call("fixed", text.value, $("profile").value);
  check();
};
$("link").onclick = async () => {
  history.replaceState(null, "", await toHash(text.value));
  try {
    await navigator.clipboard.writeText(location.href);
    say("Link copied.");
  } catch {
    say("The link is in the address bar.");
  }
};
async function load() {
  text.value = (await fromHash(location.hash)) ?? (text.value || EXAMPLE);
  mark([]);
  check();
}
addEventListener("hashchange", load);
load();
