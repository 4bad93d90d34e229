// Runs GitHub workflows of the guides, and the composite action they use, as far as they are shell: steps, conditions, outputs,
// inputs. What only GitHub can do (checkout, cache, artifacts between workflows) is played by a few lines here.
import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { parse } from 'yaml';
import { plainEnvironment } from '../cli/spawned.ts';
import type { Ran } from '../cli/run.ts';

export const root = resolve(import.meta.dirname, '../..');

export interface Step {
  readonly id?: string;
  readonly name?: string;
  readonly if?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly shell?: string;
  readonly 'continue-on-error'?: boolean;
  readonly env?: Readonly<Record<string, string>>;
  readonly with?: Readonly<Record<string, string | number | boolean>>;
}

export interface Action {
  readonly name: string;
  readonly description: string;
  readonly inputs: Readonly<Record<string, { readonly description: string; readonly default?: string }>>;
  readonly outputs: Readonly<Record<string, { readonly description: string; readonly value: string }>>;
  readonly runs: { readonly using: string; readonly steps: readonly Step[] };
}

export interface Job {
  readonly if?: string;
  readonly strategy?: { readonly matrix: Readonly<Record<string, readonly string[]>> };
  readonly steps: readonly Step[];
}

export interface Workflow {
  readonly name: string;
  readonly on: unknown;
  readonly permissions: Readonly<Record<string, string>>;
  readonly concurrency: { readonly group: string; readonly 'cancel-in-progress'?: boolean };
  readonly jobs: Readonly<Record<string, Job>>;
}

export const action: Action = parse(readFileSync(join(root, 'action.yml'), 'utf8'));

/** Values of the expression contexts: `github.event_name`, `steps.ID.outputs.NAME`. */
export interface Contexts {
  readonly github: Readonly<Record<string, unknown>>;
  readonly inputs?: Readonly<Record<string, string>>;
  /** Of one leg. */
  readonly matrix?: Readonly<Record<string, string>>;
  readonly runner?: { readonly temp: string };
  readonly steps: Record<string, { readonly outputs: Record<string, string>; readonly outcome: 'success' | 'failure' }>;
}

export interface Machine {
  /** The checkout that steps run in. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** A folder of its own, for what passes between steps and workflows. */
  readonly temp: string;
  readonly cacheHit: boolean;
}

export interface Log {
  readonly ran: { readonly name: string; readonly result: Ran }[];
  failed: boolean;
}

/** Runs the steps one after another; after a failure only those that want to run always. */
export async function runSteps(steps: readonly Step[], contexts: Contexts, machine: Machine, log: Log): Promise<void> {
  for (const step of steps) {
    const condition = step.if ?? 'success()';
    if (log.failed && !condition.includes('always()')) continue;
    if (!holds(condition, contexts)) continue;
    const before = log.failed;
    log.failed = false;
    const outputs =
      step.run === undefined ? await use(step, contexts, machine, log) : await shell(step, contexts, machine, log);
    if (step.id !== undefined) contexts.steps[step.id] = { outputs, outcome: log.failed ? 'failure' : 'success' };
    log.failed = before || (log.failed && step['continue-on-error'] !== true);
  }
}

async function shell(step: Step, contexts: Contexts, machine: Machine, log: Log): Promise<Record<string, string>> {
  const { run = '', env = {} } = step;
  if (run.includes('${{')) throw new Error(`an expression inside a script: ${run}`);
  const output = join(mkdtempSync(join(machine.temp, 'step-')), 'output');
  writeFileSync(output, '');
  const own = Object.fromEntries(Object.entries(env).map(([name, value]) => [name, expand(value, contexts)]));
  const result = await bash(run, machine.cwd, { ...machine.env, ...own, GITHUB_OUTPUT: output });
  log.ran.push({ name: step.name ?? run, result });
  if (result.code !== 0) log.failed = true;
  const lines = readFileSync(output, 'utf8')
    .split('\n')
    .filter((line) => line !== '');
  return Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
}

/** As GitHub and GitLab run scripts. */
export function bash(script: string, cwd: string, env: Readonly<Record<string, string>>): Promise<Ran> {
  return new Promise((done, reject) => {
    const child = spawn('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', script], {
      cwd,
      env: { ...plainEnvironment(), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.on('error', reject);
    child.on('close', (code) => done({ code, stdout, stderr }));
  });
}

async function use(step: Step, contexts: Contexts, machine: Machine, log: Log): Promise<Record<string, string>> {
  const given = Object.fromEntries(
    Object.entries(step.with ?? {}).map(([name, value]) => [name, expand(String(value), contexts)]),
  );
  const uploaded = join(machine.temp, 'artifacts', given['name'] ?? '');
  switch (step.uses ?? '') {
    case 'actions/checkout@v4':
      return {};
    case 'actions/cache/restore@v4':
      if (machine.cacheHit)
        writeFileSync(join(machine.cwd, given['path'] ?? ''), readFileSync(join(machine.temp, 'cached')));
      return { 'cache-hit': machine.cacheHit ? 'true' : '' };
    case 'actions/cache/save@v4':
      keepForCache(machine, join(machine.cwd, given['path'] ?? ''));
      return {};
    case 'actions/upload-artifact@v4':
      if (given['path'] === '') throw new Error('upload-artifact needs a path');
      mkdirSync(uploaded, { recursive: true });
      cpSync(resolve(machine.cwd, given['path'] ?? ''), join(uploaded, basename(given['path'] ?? '')));
      return {};
    case 'actions/download-artifact@v4':
      log.failed = !download(machine, uploaded, given);
      return {};
    case 'sizecheck/sizecheck@v0':
      return runAction(given, contexts, machine, log);
    default:
      throw new Error(`no such action here: ${step.uses}`);
  }
}

/** One by its name, or all that a pattern matches in a folder each; without those it does not fail. */
function download(
  machine: Machine,
  uploaded: string,
  { pattern, path = '' }: Readonly<Record<string, string>>,
): boolean {
  const target = resolve(machine.cwd, path);
  if (pattern === undefined) {
    if (!existsSync(uploaded)) return false;
    cpSync(uploaded, target, { recursive: true });
    return true;
  }
  const start = pattern.replace(/\*$/, '');
  for (const name of existsSync(uploaded) ? readdirSync(uploaded) : [])
    if (name.startsWith(start)) cpSync(join(uploaded, name), join(target, name), { recursive: true });
  return true;
}

/** The action of this repository, from its own checkout. */
export async function runAction(
  given: Readonly<Record<string, string>>,
  contexts: Contexts,
  machine: Machine,
  log: Log,
): Promise<Record<string, string>> {
  const unknown = Object.keys(given).filter((name) => !(name in action.inputs));
  if (unknown.length > 0) throw new Error(`action.yml has no input ${unknown.join(', ')}`);
  const defaults = Object.entries(action.inputs).map(([name, input]) => [name, expand(input.default ?? '', contexts)]);
  const inputs: Record<string, string> = { ...Object.fromEntries(defaults), ...given };
  const own: Contexts = { github: contexts.github, inputs, steps: {} };
  const env = { ...machine.env, GITHUB_ACTION_PATH: root, GITHUB_ACTION: '__sizecheck' };
  await runSteps(action.runs.steps, own, { ...machine, env }, log);
  return Object.fromEntries(Object.entries(action.outputs).map(([name, { value }]) => [name, expand(value, own)]));
}

/** Replaces `${{ path }}`. A path whose context is not there is a mistake of the workflow. */
export function expand(text: string, contexts: Contexts): string {
  return text.replace(/\$\{\{\s*([^}]*?)\s*\}\}/g, (_, path: string) => lookUp(path, contexts));
}

function lookUp(path: string, contexts: Contexts): string {
  const [context = '', ...rest] = path.split('.');
  if (!(context in contexts)) throw new Error(`no context ${path}`);
  if (context === 'inputs' && !((rest[0] ?? '') in action.inputs)) throw new Error(`no input ${path}`);
  // Of a step that did not run nothing is known.
  const value = [context, ...rest].reduce<unknown>(
    (at, key) => (typeof at === 'object' && at !== null ? Object(at)[key] : undefined),
    contexts,
  );
  if (typeof value === 'object' && value !== null) throw new Error(`${path} is an object`);
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}

/** Conditions as the guides need them: comparisons joined by `&&`. */
export function holds(condition: string, contexts: Contexts): boolean {
  return condition.split('&&').every((term) => {
    const text = term.trim();
    if (text === 'always()' || text === 'success()') return true;
    const match = /^(\S+) (==|!=) (\S+|'[^']*')$/.exec(text);
    if (match === null) throw new Error(`cannot judge the condition ${text}`);
    const [, left = '', operator, right = ''] = match;
    return (operand(left, contexts) === operand(right, contexts)) === (operator === '==');
  });
}

function operand(text: string, contexts: Contexts): string {
  return text.startsWith("'") ? text.slice(1, -1) : lookUp(text, contexts);
}

/** Fenced blocks of a page in this language. */
export function blocksOf(page: string, language: string): string[] {
  const text = readFileSync(join(root, 'docs/guides', page), 'utf8');
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gms'))].map((match) => match[1] ?? '');
}

/** Makes a cached file for the next run. */
export function keepForCache(machine: Machine, path: string): void {
  if (existsSync(path)) cpSync(path, join(machine.temp, 'cached'));
}
