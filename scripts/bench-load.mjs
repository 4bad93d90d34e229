// npm run bench:load: very large inputs, generated while they are read; prints time, peak memory and the exact result of each, and fails
// where a result is wrong or memory goes above 1 GiB. Usage: npm run bench:load [-- --only WORD] [--gigabytes N] [--entries N]
import { spawn } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

const { values: options } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    gigabytes: { type: 'string', default: '20' },
    entries: { type: 'string', default: '1000000' },
    generate: { type: 'string' },
  },
});
const cli = resolve(import.meta.dirname, '../dist/cli/main.cjs');
const mostMemory = 1024 ** 3;
const quoted = (...words) => words.map((word) => `"${word}"`).join(' ');
const itself = quoted(process.execPath, import.meta.filename);
const program = quoted(process.execPath, cli);

if (options.generate === undefined) await bench();
else await generate(options.generate);

async function bench() {
  if (!existsSync(cli)) throw new Error('run "npm run build" first');
  const gigabytes = Number(options.gigabytes);
  const entries = Number(options.entries);
  const cases = [
    [
      `tar.zst of ${gigabytes} GB, one member, by pipe`,
      [`member ${gigabytes * 1e9}`, 'zstd -q -1 -c'],
      gigabytes * 1e9,
      1,
    ],
    [
      `tar of ${gigabytes / 2} GB in members of 1 MB, by pipe`,
      [`members ${gigabytes * 500}`],
      gigabytes * 5e8,
      gigabytes * 500,
    ],
    [`tar.gz of ${entries} entries, by pipe`, [`entries ${entries}`, 'gzip -1 -c'], entries, entries],
    [`tar of ${entries} entries, by pipe`, [`entries ${entries}`], entries, entries],
    [`tar of one member of ${gigabytes / 2} GB, by pipe`, [`member ${gigabytes * 5e8}`], gigabytes * 5e8, 1],
    [`directory of ${entries} files`, `directory ${entries}`, entries, entries],
    ['ELF of 1 GB, 400 MB of it debug data', 'elf', 1e9, 1],
    ['zip of 70,000 entries (zip64)', 'zip 70000', 70_000, 70_000],
    [`zip of ${entries} entries (zip64)`, `zip ${entries}`, entries, entries],
    [`snapshot of ${entries} entries, read back`, `snapshot ${entries}`, entries, entries],
    [`diff of tars of ${entries} entries`, `diff ${entries}`, ...changedTotals(entries)],
    [`diff of a snapshot and a tar of ${entries} entries`, `saved ${entries}`, ...changedTotals(entries)],
  ];
  console.log(
    `node ${process.versions.node}\n${'input'.padEnd(46)} ${'s'.padStart(7)} ${'peak MiB'.padStart(9)}  content, files`,
  );
  for (const [name, source, content, files] of cases) {
    if (!name.includes(options.only)) continue;
    const { seconds, peak, totals } = Array.isArray(source) ? await piped(source) : await fromFile(source);
    const right = totals?.content === content && totals.files === files;
    const figures = `${totals?.content} B, ${totals?.files} files`;
    console.log(
      `${name.padEnd(46)} ${seconds.toFixed(1).padStart(7)} ${String(Math.round(peak / 2 ** 20)).padStart(9)}  ${figures}${right ? '' : ': WRONG'}`,
    );
    if (!right || peak > mostMemory) process.exitCode = 1;
  }
}

/** What is generated goes through programs, if any, to standard input. */
function piped([what, ...programs]) {
  const own = `"${process.execPath}" "${import.meta.filename}" --generate "${what}"`;
  return measured([own, ...programs, `exec "${process.execPath}" "${cli}" scan --json -`]);
}

async function fromFile(what) {
  const folder = mkdtempSync(join(tmpdir(), 'sizecheck-load-'));
  try {
    const file = join(folder, 'artifact');
    const [kind, entries] = what.split(' ');
    if (/^(?:snapshot|diff|saved)$/.test(kind)) return await compared(folder, kind, entries);
    if (what.startsWith('directory')) directory(file, Number(what.split(' ')[1]));
    else if (what === 'elf') elf(file);
    else await run(`"${process.execPath}" "${import.meta.filename}" --generate "${what}" > "${file}"`);
    return await measured([`exec "${process.execPath}" "${cli}" scan --json "${file}"`]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A tar of many entries: read back from its snapshot, or compared with one in which each 166th entry is another. */
async function compared(folder, kind, entries) {
  const [tar, saved, changed] = ['a.tar', 'a.json', 'b.tar'].map((name) => join(folder, name));
  await run(`${itself} --generate "entries ${entries}" > "${tar}"`);
  if (kind !== 'diff') await run(`${program} snapshot -o "${saved}" "${tar}"`);
  if (kind === 'snapshot') return measured([`exec ${program} scan --json "${saved}"`]);
  await run(`${itself} --generate "changed ${entries}" > "${changed}"`);
  return measured([`exec ${program} diff --json ${quoted(kind === 'diff' ? tar : saved, changed)}`]);
}

/** What becomes of an entry in `changed`: nearly always nothing. */
function changeOf(index) {
  if (index % 166 !== 7) return null;
  return ['removed', 'renamed', 'changed'][Math.floor(index / 166) % 3];
}

/** Content and files of `changed`: each entry that is not removed is one of one byte. */
function changedTotals(entries) {
  let left = 0;
  for (let index = 0; index < entries; index++) if (changeOf(index) !== 'removed') left++;
  return [left, left];
}

function run(command) {
  return new Promise((done, fail) => {
    spawn('sh', ['-c', command], { stdio: 'inherit' }).on('exit', (code) =>
      code === 0 ? done() : fail(new Error(command)),
    );
  });
}

/** Time, peak memory of the last command of a pipe, and the totals that it prints (of a diff, those of the new side). */
async function measured(commands) {
  const started = performance.now();
  // One shell for what comes before; its output is the standard input of the last.
  const before = commands.slice(0, -1).join(' | ');
  const source = before === '' ? null : spawn('sh', ['-c', before], { stdio: ['ignore', 'pipe', 'inherit'] });
  const last = spawn('sh', ['-c', commands.at(-1)], { stdio: [source?.stdout ?? 'ignore', 'pipe', 'inherit'] });
  let peak = 0;
  const watch = setInterval(() => (peak = Math.max(peak, peakOf(last.pid))), 20);
  let text = '';
  last.stdout.setEncoding('utf8').on('data', (piece) => (text += piece));
  const code = await new Promise((done) => last.on('close', done));
  clearInterval(watch);
  const seconds = (performance.now() - started) / 1000;
  if (code !== 0) return { seconds, peak, totals: null };
  const report = JSON.parse(text);
  return { seconds, peak, totals: report.totals ?? report.after };
}

/** VmHWM of a process, in bytes; 0 where it is gone. */
function peakOf(pid) {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}

async function generate(what) {
  const [kind, count] = [what.split(' ')[0], Number(what.split(' ')[1])];
  const out = writer();
  if (kind === 'member') await members(out, 1, count);
  else if (kind === 'members') await members(out, count, 1e6);
  else if (kind === 'entries') await members(out, count, 1);
  else if (kind === 'changed') await members(out, count, 1, changeOf);
  else await zip(out, count);
  await out.flush();
}

/** Gathers small pieces and waits for the pipe. */
function writer() {
  let pieces = [];
  let length = 0;
  let total = 0;
  const flush = async () => {
    const bytes = Buffer.concat(pieces);
    pieces = [];
    length = 0;
    if (!process.stdout.write(bytes)) await new Promise((done) => process.stdout.once('drain', done));
  };
  return {
    flush,
    at: () => total,
    async write(bytes) {
      pieces.push(bytes);
      length += bytes.length;
      total += bytes.length;
      if (length >= 1 << 20) await flush();
    },
  };
}

/** A tar of members of equal length; their bytes repeat every mebibyte, so that they compress, but not to nothing. */
async function members(out, count, size, change = () => null) {
  const pattern = Buffer.alloc(1 << 20);
  for (let at = 0; at < pattern.length; at++) pattern[at] = Math.imul(at, 2_654_435_761) >>> ((at >> 12) & 15);
  for (let index = 0; index < count; index++) {
    const how = change(index);
    if (how === 'removed') continue;
    await out.write(tarHeader(`dir-${index % 1000}/file-${index}${how === 'renamed' ? '-renamed' : ''}`, size));
    const from = how === 'changed' ? 1 : 0;
    for (let left = size; left > 0; left -= pattern.length)
      await out.write(pattern.subarray(from, from + Math.min(left, pattern.length)));
    await out.write(Buffer.alloc((512 - (size % 512)) % 512));
  }
  await out.write(Buffer.alloc(1024));
}

function tarHeader(name, size) {
  const block = Buffer.alloc(512);
  block.write(name, 0, 'latin1');
  block.write(['0000644', '0000000', '0000000', ''].join('\0'), 100, 'latin1');
  if (size < 8 ** 11) block.write(`${size.toString(8).padStart(11, '0')}\0`, 124, 'latin1');
  else {
    block[124] = 0x80;
    block.writeBigUInt64BE(BigInt(size), 128);
  }
  block.write(`${'0'.repeat(11)}\0${' '.repeat(8)}0`, 136, 'latin1');
  block.write('ustar\x0000', 257, 'latin1');
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return block;
}

/** Files of one byte each, a thousand to a directory. */
function directory(root, count) {
  for (let index = 0; index < count; index++) {
    const folder = join(root, `dir-${Math.floor(index / 1000)}`);
    if (index % 1000 === 0) mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `file-${index}`), 'x');
  }
}

/** An executable of 1 GB whose `.debug_info` takes 400 MB; holes save the time to write it. */
function elf(file) {
  const names = Buffer.from('\0.text\0.debug_info\0.shstrtab\0');
  const header = Buffer.alloc(64);
  header.write('\x7fELF\x02\x01\x01', 0, 'latin1');
  header.writeUInt16LE(3, 16);
  header.writeUInt16LE(62, 18);
  header.writeUInt32LE(1, 20);
  const table = 1e9 - 4 * 64;
  header.writeBigUInt64LE(BigInt(table), 40);
  for (const [value, at] of [
    [64, 52],
    [56, 54],
    [64, 58],
    [4, 60],
    [3, 62],
  ])
    header.writeUInt16LE(value, at);
  const sections = [
    [1, 1, 6, 4096, table - names.length - 4e8 - 4096],
    [7, 1, 0, table - names.length - 4e8, 4e8],
    [19, 3, 0, table - names.length, names.length],
  ];
  const headers = Buffer.alloc(4 * 64);
  for (const [index, [name, type, flags, offset, size]] of sections.entries()) {
    const at = (index + 1) * 64;
    headers.writeUInt32LE(name, at);
    headers.writeUInt32LE(type, at + 4);
    for (const [place, value] of [
      [8, flags],
      [24, offset],
      [32, size],
      [48, 1],
    ])
      headers.writeBigUInt64LE(BigInt(value), at + place);
  }
  const fd = openSync(file, 'w');
  writeSync(fd, header, 0, header.length, 0);
  writeSync(fd, Buffer.concat([names, headers]), 0, names.length + headers.length, table - names.length);
  closeSync(fd);
}

/** A zip64 of stored members of one byte each. */
async function zip(out, count) {
  const header = (index) => {
    const name = Buffer.from(`dir-${index % 1000}/file-${index}`);
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt16LE(33, 8);
    fields.writeUInt32LE(0x8cdc1683, 10);
    fields.writeUInt32LE(1, 14);
    fields.writeUInt32LE(1, 18);
    fields.writeUInt16LE(name.length, 22);
    return [fields, name];
  };
  const places = [];
  for (let index = 0; index < count; index++) {
    places.push(out.at());
    const [fields, name] = header(index);
    await out.write(Buffer.concat([Buffer.from('PK\x03\x04'), fields, name, Buffer.from('x')]));
  }
  const start = out.at();
  for (let index = 0; index < count; index++) {
    const [fields, name] = header(index);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE((0o100644 << 16) >>> 0, 6);
    rest.writeUInt32LE(places[index], 10);
    await out.write(Buffer.concat([Buffer.from('PK\x01\x02\x14\x03'), fields, rest, name]));
  }
  const end = Buffer.alloc(98);
  const at = out.at();
  end.write('PK\x06\x06', 0, 'latin1');
  end.writeBigUInt64LE(44n, 4);
  end.writeUInt16LE(45, 12);
  end.writeUInt16LE(45, 14);
  for (const place of [24, 32]) end.writeBigUInt64LE(BigInt(count), place);
  end.writeBigUInt64LE(BigInt(at - start), 40);
  end.writeBigUInt64LE(BigInt(start), 48);
  end.write('PK\x06\x07', 56, 'latin1');
  end.writeBigUInt64LE(BigInt(at), 64);
  end.writeUInt32LE(1, 72);
  end.write('PK\x05\x06', 76, 'latin1');
  end.fill(0xff, 84, 96);
  await out.write(end);
}
