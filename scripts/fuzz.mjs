// npm run fuzz: damages good samples and runs each through all that a command would do, in a process of its own with a watchdog. A
// crash, hang, unbounded memory, untyped error or contradiction is saved below .cache/fuzz/, and named by seed and index.
// Usage: npm run fuzz -- [--seconds N] [--seed S] [--only FAMILY[,FAMILY]] | --replay FILE
import { fork, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { rolldown } from 'rolldown';

const { values: options } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string', default: '' },
    replay: { type: 'string' },
  },
});
/** A case that takes longer is a hang; one that takes a third of it is reported as slow. */
const longest = 15_000;
/** Bytes of memory that no case may need. */
const mostResident = 1024 ** 3;
const root = resolve(import.meta.dirname, '..');
const store = join(root, '.cache/fuzz');
const scratch = mkdtempSync(join(tmpdir(), 'sizecheck-fuzz-'));
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(130));

mkdirSync(store, { recursive: true });
const child = await bundled();
if (options.replay !== undefined) process.exit(replay(options.replay));

const families = options.only === '' ? everyFamily() : options.only.split(',');
let findings = 0;
for (const family of families) await fuzz(family, (Number(options.seconds) * 1000) / families.length);
console.log(findings === 0 ? 'nothing found' : `${findings} findings in ${store}; see npm run fuzz -- --replay FILE`);
process.exitCode = findings === 0 ? 0 : 1;

/** Node 20 runs no TypeScript, and sources that import each other are one file sooner than they are transpiled one by one. */
async function bundled() {
  const bundle = await rolldown({
    input: join(root, 'test/fuzz/child.ts'),
    platform: 'node',
    external: (id) => id.startsWith('node:') || /^[a-z@]/.test(id),
  });
  await bundle.write({ dir: join(store, 'bundle'), format: 'esm', entryFileNames: 'child.js', sourcemap: true });
  await bundle.close();
  return join(store, 'bundle/child.js');
}

function everyFamily() {
  const { status, stdout } = spawnSync(process.execPath, [child, 'families'], { encoding: 'utf8' });
  if (status !== 0) throw new Error('the families cannot be listed');
  return stdout.split(' ');
}

/** Runs one family for its share of the time; a child that had to be stopped is followed by another. */
async function fuzz(family, time) {
  const state = { family, cases: 0, next: 0, slowest: 0, peak: 0, outcomes: new Map(), seen: new Map(), empty: false };
  const end = performance.now() + time;
  while (performance.now() < end && !state.empty) await runChild(state, end);
  const sound = state.outcomes.get('ok') ?? 0;
  const codes = [...state.outcomes].toSorted((a, b) => b[1] - a[1]).slice(0, 5);
  console.log(
    `${family.padEnd(9)} ${String(state.cases).padStart(8)} cases, ${sound} sound, slowest ${Math.round(state.slowest)} ms, ` +
      `peak ${Math.round(state.peak / 2 ** 20)} MiB; ${codes.map(([code, count]) => `${code} ${count}`).join(', ')}`,
  );
}

function runChild(state, end) {
  return new Promise((done) => {
    const args = [state.family, options.seed, String(state.next), scratch];
    const running = fork(child, args, {
      execArgv: ['--enable-source-maps', '--max-old-space-size=800'],
      stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
    });
    let noise = '';
    let heard = performance.now();
    let over = false;
    const stop = () => {
      over = true;
      running.kill('SIGKILL');
    };
    const watch = setInterval(() => {
      const resident = residentOf(running.pid);
      if (resident > mostResident) {
        saveCurrent(state, 'memory', `${Math.round(resident / 2 ** 20)} MiB resident`);
        stop();
      } else if (performance.now() - heard > longest) {
        saveCurrent(state, 'hang', `no end after ${longest} ms`);
        stop();
      } else if (performance.now() > end) stop();
    }, 100);
    running.stderr.setEncoding('utf8').on('data', (text) => (noise = (noise + text).slice(-4000)));
    running.on('message', (message) => {
      heard = performance.now();
      take(state, message);
      if (heard > end) stop();
    });
    running.on('exit', (code, signal) => {
      clearInterval(watch);
      if (!over && !state.empty) saveCurrent(state, 'crash', `exit ${code ?? signal}: ${noise}`);
      done();
    });
  });
}

function take(state, message) {
  if (message.kind === 'ready') {
    state.empty = message.samples === 0;
    if (state.empty) console.log(`${state.family}: no samples, its compressor is not installed`);
    return;
  }
  state.cases++;
  state.next = Math.max(state.next, message.index + 1);
  if (message.kind === 'finding') {
    save(state, 'wrong', message, message.text, Buffer.from(message.bytes, 'base64'));
    return;
  }
  state.outcomes.set(message.outcome, (state.outcomes.get(message.outcome) ?? 0) + 1);
  state.slowest = Math.max(state.slowest, message.took);
  state.peak = Math.max(state.peak, message.resident);
  if (message.took > longest / 3) saveCurrent(state, 'slow', `${Math.round(message.took)} ms`);
}

/** What the child was working on when it had to be stopped, or died. */
function saveCurrent(state, kind, text) {
  if (!existsSync(join(scratch, 'case.json'))) {
    console.log(`${state.family}: ${kind} before the first case: ${text}`);
    findings++;
    state.empty = true;
    return;
  }
  const current = JSON.parse(readFileSync(join(scratch, 'case.json'), 'utf8'));
  state.next = Math.max(state.next, current.index + 1);
  save(state, kind, current, text, readFileSync(join(scratch, 'case.bin')));
}

/** Findings of one place in the code are kept three times, and counted ever after. */
function save(state, kind, { index, label }, text, bytes) {
  findings++;
  const place = `${kind} ${text.split('\n').slice(0, 2).join(' ').replaceAll(/\d+/g, 'N')}`;
  const times = (state.seen.get(place) ?? 0) + 1;
  state.seen.set(place, times);
  if (times > 3) return;
  const name = `${state.family}.${options.seed}.${index}.${kind}.bin`;
  writeFileSync(join(store, name), bytes);
  writeFileSync(join(store, `${name}.txt`), `${label}\n${text}\n`);
  console.log(`${name} (${label}): ${text.split('\n').slice(0, 4).join('\n  ')}`);
}

function residentOf(pid) {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}

/** Runs one saved case again; its family is the first part of the file's name, its sample the first line of the text beside it. */
function replay(path) {
  const family = basename(path).split('.')[0];
  const label = existsSync(`${path}.txt`) ? readFileSync(`${path}.txt`, 'utf8').split('\n')[0] : '';
  copyFileSync(path, join(scratch, 'replayed.bin'));
  const args = ['--enable-source-maps', child, 'replay', family, label, join(scratch, 'replayed.bin'), scratch];
  const { status } = spawnSync(process.execPath, args, { stdio: 'inherit', timeout: 60_000 });
  return status ?? 1;
}
