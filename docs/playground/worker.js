// tesc in a worker thread: Python, and the wheels that docs/build put beside this file.
// In: { id, ask, args }, the name of a function in playground.py and its arguments. Out: { id, value } or
// { id, problem }; first { ready: choices }.
import { loadPyodide } from "./pyodide/pyodide.mjs";

const here = new URL(".", import.meta.url);

async function fetched(name) {
  const answer = await fetch(new URL(name, here));
  if (!answer.ok) throw new Error(`${name}: ${answer.status}`);
  return answer;
}

async function start() {
  const python = await loadPyodide({ indexURL: new URL("pyodide/", here).href });
  const wheels = await (await fetched("wheels.json")).json();
  for (const name of wheels) python.unpackArchive(await (await fetched(`wheels/${name}`)).arrayBuffer(), "wheel");
  python.FS.writeFile("/home/pyodide/playground.py", await (await fetched("playground.py")).text());
  return python.pyimport("playground");
}

const started = start().then((playground) => {
  self.postMessage({ ready: JSON.parse(playground.choices()) });
  return playground;
});
started.catch((problem) => self.postMessage({ problem: String(problem) }));

self.onmessage = async ({ data: { id, ask, args } }) => {
  try {
    self.postMessage({ id, value: (await started)[ask](...args) });
  } catch (problem) {
    self.postMessage({ id, problem: String(problem) });
  }
};
