// Loads a trace into Perfetto's own engine, asks it in SQL, prints a JSON array of rows for each question.
//
//     node engine.js FOLDER TRACE SQL...
//
// FOLDER has engine_bundle.js and trace_processor.wasm, as the viewer's pages do. The engine is made for a
// worker of a browser and spoken to in protobuf (protos/perfetto/trace_processor/trace_processor.proto).
"use strict";
const fs = require("fs");
const path = require("path");
const vm = require("vm");

const [folder, trace, ...questions] = process.argv.slice(2);
const APPEND = 1, FINALIZE = 2, QUERY = 3; // TpMethod
const PIECE = 16 << 20;

function varint(value) {
    const bytes = [];
    for (; value > 127; value = Math.floor(value / 128)) bytes.push(value % 128 | 128);
    return Buffer.from([...bytes, value]);
}
const field = (number, data) =>
    typeof data === "number"
        ? Buffer.concat([varint(number * 8), varint(data)])
        : Buffer.concat([varint(number * 8 + 2), varint(data.length), data]);

function* fields(data) {
    let at = 0;
    const number = () => {
        let value = 0n, shift = 0n, byte;
        do {
            byte = data[at++];
            value |= BigInt(byte & 127) << shift;
            shift += 7n;
        } while (byte & 128);
        return value;
    };
    while (at < data.length) {
        const tag = Number(number());
        if ((tag & 7) === 0) yield [tag >> 3, number()];
        else if ((tag & 7) === 1) yield [tag >> 3, data.subarray(at, at += 8)];
        else {
            const size = Number(number());
            yield [tag >> 3, data.subarray(at, at += size)];
        }
    }
}
function* varints(data) {
    for (let at = 0; at < data.length; ) {
        let value = 0n, shift = 0n, byte;
        do {
            byte = data[at++];
            value |= BigInt(byte & 127) << shift;
            shift += 7n;
        } while (byte & 128);
        yield BigInt.asIntN(64, value);
    }
}

class Answer {
    constructor() {
        this.names = [];
        this.cells = [];
    }
    take(result) {
        for (const [number, value] of fields(result)) {
            if (number === 1) this.names.push(value.toString());
            if (number === 2 && value.length) throw new Error(value.toString());
            if (number === 3) this.batch([...fields(value)]);
        }
    }
    batch(parts) {
        const of = (number) => Buffer.concat(parts.filter(([one]) => one === number).map(([, data]) => data));
        const numbers = varints(of(2));
        const texts = of(5).toString("latin1").split("\0").values();
        const doubles = of(3);
        let double = 0;
        for (const kind of of(1)) {
            if (kind === 1) this.cells.push(null);
            else if (kind === 2) this.cells.push({ integer: numbers.next().value });
            else if (kind === 3) this.cells.push(doubles.readDoubleLE(8 * double++));
            else this.cells.push(Buffer.from(texts.next().value, "latin1").toString());
        }
    }
    print() {
        const width = this.names.length || 1;
        const shown = this.cells.map((one) => (one && one.integer !== undefined ? `${one.integer}` : JSON.stringify(one)));
        const rows = [];
        for (let at = 0; at < shown.length; at += width) rows.push(`[${shown.slice(at, at + width).join(",")}]`);
        process.stdout.write(`[${rows.join(",")}]\n`);
    }
}

const scope = { console: { log() {}, warn: (text) => process.stderr.write(`${text}\n`), error() {} } };
for (const name of ["WebAssembly", "URL", "TextDecoder", "TextEncoder", "performance", "setTimeout",
    "clearTimeout", "crypto", "TypeError", "Uint8Array"]) scope[name] = globalThis[name];
scope.self = scope;
scope.location = { href: "http://localhost/engine_bundle.js" };
scope.WorkerGlobalScope = class {};
scope.XMLHttpRequest = class {
    open(method, name) {
        this.file = path.join(folder, path.basename(String(name)));
    }
    send() {
        this.status = 200;
        this.response = new Uint8Array(fs.readFileSync(this.file)).buffer;
    }
};
vm.createContext(scope);
vm.runInContext(fs.readFileSync(path.join(folder, "engine_bundle.js"), "utf8"), scope);

let take;
const port = { postMessage: (data) => take(Buffer.from(data)) };
scope.onmessage({ data: port });
let sequence = 0;
function ask(method, body) {
    const request = Buffer.concat([field(1, sequence++), field(2, method), ...(body ? [body] : [])]);
    port.onmessage({ data: new Uint8Array(field(1, request)) });
}

let answer = null;
take = (data) => {
    for (const [, message] of fields(data)) {
        for (const [number, value] of fields(message)) {
            if (number === 5) throw new Error(value.toString()); // fatal_error
            if (number === 201) for (const [one, text] of fields(value)) if (one === 2) throw new Error(text.toString());
            if (number === 203 && answer) answer.take(value);
        }
    }
};

async function main() {
    await new Promise((resolve) => setTimeout(resolve, 50)); // what the engine puts off until it is compiled
    const data = fs.readFileSync(trace);
    for (let at = 0; at < data.length; at += PIECE) ask(APPEND, field(101, data.subarray(at, at + PIECE)));
    ask(FINALIZE);
    for (const question of questions) {
        answer = new Answer();
        ask(QUERY, field(103, field(1, Buffer.from(question))));
        answer.print();
    }
}
main().catch((error) => {
    process.stderr.write(`${error.stack || error}\n`);
    process.exit(1);
});
