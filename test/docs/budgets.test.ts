// docs/budgets.md means what it says: its documents are valid, its keys are all that there are, its commands run.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { readBudgets } from '../../src/policy/budgets.ts';
import { tempDirectory } from '../build/temp.ts';
import { buildZip } from '../build/zip.ts';
import { sizecheck } from '../cli/run.ts';

const docs = resolve(import.meta.dirname, '../../docs');
const page = readFileSync(join(docs, 'budgets.md'), 'utf8');
const schema = JSON.parse(readFileSync(join(docs, 'budgets.schema.json'), 'utf8'));
const blocks = [...page.matchAll(/```json\n(.*?)```/gs)].map((match) => match[1] ?? '');
const commands = [...page.matchAll(/^ {4}(sizecheck .*)$/gm)].map((match) => (match[1] ?? '').split(' ').slice(1));

const work = tempDirectory('budgets-guide');

function folder(name: string, files: Readonly<Record<string, string | Uint8Array>>): string {
  const root = join(work, name);
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(root, path, '..'), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  return root;
}

const small = buildZip([{ name: 'lib/x.so', content: 'x'.repeat(1000) }]);
const large = buildZip([{ name: 'zeros', content: Buffer.alloc(12 * 1024 ** 2 + 1) }]);

describe('docs/budgets.md', () => {
  it('has documents that are valid, by our reader and by the schema', () => {
    const check = new Ajv2020({ strict: true, strictRequired: false }).compile(schema);
    expect(blocks).toHaveLength(2);
    for (const block of blocks) {
      expect(() => readBudgets(Buffer.from(block))).not.toThrow();
      expect(check(JSON.parse(block)), JSON.stringify(check.errors)).toBe(true);
    }
  });

  it('has a first example that works as a file and as one line', () => {
    expect(commands).toHaveLength(2);
    for (const [name, bytes, code] of [
      ['small', small, 0],
      ['large', large, 1],
    ] as const) {
      const withFile = folder(name, { 'layer.zip': bytes, 'budgets.json': blocks[0] ?? '' });
      const without = folder(`${name}-line`, { 'layer.zip': bytes });
      expect(sizecheck(commands[0] ?? [], { cwd: withFile }).code).toBe(code);
      expect(sizecheck(commands[1] ?? [], { cwd: without }).code).toBe(code);
    }
  });

  const readme = readFileSync(join(docs, '../README.md'), 'utf8');
  const gates = [...readme.matchAll(/^ {4}(sizecheck check [^#\n]*)/gm)].map((match) =>
    (match[1] ?? '').trim().split(' ').slice(1),
  );
  const documents = [...readme.matchAll(/```json\n(\{.*?"artifacts".*?)```/gs)].map((match) => match[1] ?? '');

  it.skipIf(gates.length === 0 || documents.length === 0)('and the README promise what happens', () => {
    for (const [name, bytes, code] of [
      ['readme-small', small, 0],
      ['readme-large', large, 1],
    ] as const) {
      const files = { 'layer.zip': bytes, 'old-layer.zip': bytes };
      for (const [index, document] of documents.entries()) {
        const root = folder(`${name}-${index}`, { ...files, 'budgets.json': document });
        expect(sizecheck(['check'], { cwd: root }).code).toBe(code);
      }
      for (const [index, words] of gates.entries()) {
        const root = folder(`${name}-line-${index}`, { ...files, 'budgets.json': documents[0] ?? '' });
        expect(sizecheck(words, { cwd: root }).code, words.join(' ')).toBe(code);
      }
    }
  });

  it('has an example with everything that runs as it is', () => {
    const files = {
      'budgets.json': blocks[1] ?? '',
      'dist/layer-py312-amd64.zip': small,
      'build/function/main.py': 'pass\n',
    };
    const ran = sizecheck(['check', '--json'], { cwd: folder('all', files) });
    expect(ran.stderr).toBe('');
    const { gate } = JSON.parse(ran.stdout);
    // The ignore of the example covers nothing here, which is all that there is to say.
    expect(gate.verdicts.filter(({ status }: { status: string }) => status !== 'pass')).toMatchObject([
      { budget: 'ignore[0]', status: 'warn' },
    ]);
    expect(new Set(gate.verdicts.map((verdict: { measure: string }) => verdict.measure)).size).toBe(6);
    expect(ran.code).toBe(0);
  });

  it.each(['artifact', 'group', 'ignore', 'growth', 'path', 'limit'])('explains every key of %s', (kind) => {
    for (const key of Object.keys(schema.$defs[kind].properties)) expect(page, key).toContain(`\`${key}`);
  });

  it('names every key of the document', () => {
    for (const key of Object.keys(schema.properties)) expect(page).toContain(key);
  });
});
