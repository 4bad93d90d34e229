// init, budget raise and explain: a budgets file from its first day on.
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { readBudgets } from '../../src/policy/budgets.ts';
import { rules } from '../../src/rules/index.ts';
import { tempDirectory } from '../build/temp.ts';
import { buildTar } from '../build/tar.ts';
import { sizecheck } from './run.ts';

const work = tempDirectory('budget');
const tar = buildTar([{ name: 'app/main.js', content: 'm'.repeat(1_000_000) }]);

function folder(): string {
  const root = mkdtempSync(join(work, 'case-'));
  writeFileSync(join(root, 'app.tar.gz'), gzipSync(tar));
  mkdirSync(join(root, 'tree'));
  writeFileSync(join(root, 'tree/file'), 'f'.repeat(5000));
  return root;
}

function read(root: string, file = 'budgets.json'): string {
  return readFileSync(join(root, file), 'utf8');
}

function failure(args: readonly string[], cwd: string): string {
  const ran = sizecheck(args, { cwd });
  expect(ran.code, ran.stdout).toBe(2);
  expect(ran.stdout).toBe('');
  expect(ran.stderr).toMatch(/^sizecheck: [^\n]+\n$/);
  return ran.stderr;
}

describe('init', () => {
  it("writes today's sizes with headroom, and the gate passes", () => {
    const root = folder();
    const ran = sizecheck(['init', 'app.tar.gz', 'tree', '--compress-with', 'gzip:9'], { cwd: root });
    expect(ran.code, ran.stderr).toBe(0);
    expect(ran.stdout).toContain('uncompressed  today 1,000,000 B, limit 1.01 MiB = 1,059,061 B, 59,061 B left');
    const { artifacts } = JSON.parse(read(root));
    expect(artifacts).toMatchObject([
      { name: 'app', path: 'app.tar.gz', uncompressed: { max: '1.01 MiB' } },
      { name: 'tree', path: 'tree', uncompressed: { max: '5.13 KiB' }, compressWith: 'gzip:9' },
    ]);
    expect(artifacts[1].compressed.max).toBeGreaterThan(0);
    expect(() => readBudgets(Buffer.from(read(root)))).not.toThrow();
    expect(sizecheck(['check'], { cwd: root }).code).toBe(0);
  });

  it('takes another headroom, limits in KiB, and another folder', () => {
    const root = folder();
    const made = [
      'init',
      'app.tar.gz',
      '--headroom',
      '50%',
      '--max-compressed-kib',
      '5120',
      '--budgets',
      'tree/limits.json',
    ];
    expect(sizecheck(made, { cwd: root }).code).toBe(0);
    expect(JSON.parse(read(root, 'tree/limits.json')).artifacts).toEqual([
      { name: 'app', path: '../app.tar.gz', compressed: { max: '5120 KiB' }, uncompressed: { max: '1.44 MiB' } },
    ]);
    expect(sizecheck(['check', '--budgets', 'tree/limits.json'], { cwd: root }).code).toBe(0);
    const over = sizecheck(['init', 'app.tar.gz', '--max-uncompressed-kib', '100'], { cwd: root });
    expect(over.stdout).toContain('897,600 B over already');
  });

  it('leaves the limits of dive out of what is no image', () => {
    const root = folder();
    writeFileSync(join(root, '.dive-ci'), 'rules:\n  lowestEfficiency: 0.9\n  highestWastedBytes: 0\n');
    const ran = sizecheck(['init', 'tree', '--from-dive-ci', '.dive-ci'], { cwd: root });
    expect(ran.stdout).toContain('is no image; limits of dive are for images only and were left out');
    expect(read(root)).not.toMatch(/dive"|rules/);
    expect(sizecheck(['check'], { cwd: root }).code).toBe(0);
  });

  it('names artifacts apart, and takes odd names as they are', () => {
    const root = folder();
    mkdirSync(join(root, 'b'));
    for (const name of ['b/app.tar', 'we[ird]{}*=.tar']) writeFileSync(join(root, name), tar);
    expect(sizecheck(['init', 'app.tar.gz', 'b/app.tar', 'we[ird]{}*=.tar'], { cwd: root }).code).toBe(0);
    const { artifacts } = JSON.parse(read(root));
    expect(artifacts.map(({ name }: { name: string }) => name)).toEqual(['app', 'app-2', 'we[ird]{}*-']);
    expect(sizecheck(['check'], { cwd: root }).code).toBe(0);
  });

  it('refuses', () => {
    const root = folder();
    expect(failure(['init'], root)).toMatch(/^sizecheck: which artifacts\?/);
    expect(failure(['init', '-'], root)).toBe('sizecheck: a budget needs a path; standard input has none\n');
    expect(failure(['init', 'none.tar'], root)).toContain('none.tar: does not exist');
    expect(failure(['init', 'tree', '--headroom', 'much'], root)).toContain('--headroom takes a percentage');
    expect(failure(['init', 'tree', '--max-compressed-kib', '1'], root)).toContain('--compress-with');
    expect(failure(['init', 'app.tar.gz', '--max-compressed-kib', '1.5'], root)).toContain('whole number of KiB');
    expect(failure(['init', 'tree', '--from-dive-ci', 'none'], root)).toContain('none: cannot be read (ENOENT)');
    expect(readdirSync(root)).toEqual(['app.tar.gz', 'tree']);
    writeFileSync(join(root, 'budgets.json'), 'mine');
    expect(failure(['init', 'tree'], root)).toContain(
      'budgets.json: exists already; --add adds to it, --force overwrites it',
    );
    const forced = ['init', 'app.tar.gz', '--budgets', './app.tar.gz', '--force'];
    expect(failure(forced, root)).toContain('"app.tar.gz" is read; it would be overwritten');
    expect(readFileSync(join(root, 'app.tar.gz'))).toEqual(gzipSync(tar));
    expect(read(root)).toBe('mine');
    expect(sizecheck(['init', 'tree', '--force'], { cwd: root }).code).toBe(0);
  });
});

/** As someone might have written it. */
const written = `{ "version": 1,
\t"artifacts": [
\t\t{ "name": "app",  "path": "app.tar.gz",
\t\t  "uncompressed": { "max": "900 KB", "warnAt": "95%" }, "reason": "old" },
\t\t{ "name": "tree", "path": "tree", "uncompressed": {"max":4000} } ],
  "groups": [ { "name": "all", "members": ["*"], "uncompressed": { "max": 7 } } ]
}`.replace('KB', 'kB');

describe('budget raise', () => {
  function withBudgets(): string {
    const root = folder();
    writeFileSync(join(root, 'budgets.json'), written);
    return root;
  }

  it('changes the limit and the reason, and no other byte', () => {
    const root = withBudgets();
    const ran = sizecheck(['budget', 'raise', 'app', '--reason', 'new "TLS" backend', '--headroom', '10%'], {
      cwd: root,
    });
    expect(ran.code, ran.stderr).toBe(0);
    expect(ran.stdout).toContain('uncompressed  900,000 B -> 1,100,000 B, headroom 100,000 B');
    expect(read(root)).toBe(
      written.replace('"900 kB"', '"1.1 MB"').replace('"old"', String.raw`"new \"TLS\" backend"`),
    );
  });

  it('adds a reason where there is none, and keeps bytes as bytes', () => {
    const root = withBudgets();
    expect(sizecheck(['budget', 'raise', 'tree', '--reason', 'r'], { cwd: root }).code).toBe(0);
    expect(read(root)).toBe(written.replace('{"max":4000}', '{"max":5250}, "reason": "r"'));
    expect(sizecheck(['budget', 'raise', 'tree', '--reason', 's', '--to', '6KiB'], { cwd: root }).code).toBe(0);
    expect(read(root)).toBe(written.replace('{"max":4000}', '{"max":6144}, "reason": "s"'));
  });

  it('raises groups to a size', () => {
    const root = withBudgets();
    const ran = sizecheck(['budget', 'raise', 'all', '--reason', 'r', '--to', '2 MiB'], { cwd: root });
    expect(ran.stdout).toContain('7 B -> 2,097,152 B');
    expect(read(root)).toContain('"uncompressed": { "max": 2097152 }, "reason": "r" }');
  });

  it('refuses', () => {
    const root = withBudgets();
    const raise = ['budget', 'raise', 'app', '--reason', 'r'];
    expect(failure(['budget', 'lower', 'app'], root)).toContain('budget takes "raise NAME"');
    expect(failure(['budget', 'raise'], root)).toContain('the name of one artifact or group');
    expect(failure(['budget', 'raise', 'app'], root)).toContain('--reason is missing');
    expect(failure(['budget', 'raise', 'ap', '--reason', 'r'], root)).toContain('did you mean "app"?');
    expect(failure([...raise, '--to', '5M'], root)).toContain('5 MiB (1024)');
    expect(failure([...raise, '--to', '800 kB'], root)).toContain('is not above the limit that there is, 900,000 B');
    // A limit that is given again gives no room.
    expect(failure([...raise, '--to', '900 kB'], root)).toContain('is not above the limit that there is, 900,000 B');
    expect(failure([...raise, 'x'], root)).toContain('the name of one artifact or group');
    expect(failure([...raise, '--to', '1 MiB', '--headroom', '5%'], root)).toContain('exclude each other');
    expect(failure([...raise, '--of', 'compressed'], root)).toContain('has no limit "compressed"');
    expect(failure(['budget', 'raise', 'all', '--reason', 'r'], root)).toContain('--to SIZE');
    expect(read(root)).toBe(written);
    sizecheck([...raise, '--headroom', '10%'], { cwd: root });
    expect(failure(raise, root)).toContain('leave that much room already');
    writeFileSync(join(root, 'budgets.json'), '{');
    expect(failure(raise, root)).toContain('(line 1, column 1)');
  });
});

describe('explain', () => {
  it('lists the rules', () => {
    const ran = sizecheck(['explain']);
    expect(ran.code).toBe(0);
    for (const { id, title } of rules)
      expect(ran.stdout.replaceAll(/\s+/g, ' ')).toContain(`${id} ${title.split(' ')[0] ?? ''}`.split(' ')[0]);
    for (const line of ran.stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    const words = [...ran.stdout.matchAll(/^([a-z-]+) +(info|warn|leftover) /gm)].map(([, id, word]) => [id, word]);
    expect(words).toEqual(rules.map(({ id, severity, leftover }) => [id, leftover === true ? 'leftover' : severity]));
  });

  it.each(rules)('prints the page of $id', ({ id }) => {
    const ran = sizecheck(['explain', id]);
    expect(ran.code, ran.stderr).toBe(0);
    expect(ran.stdout).toMatch(new RegExp(`^${id}\n\nSeverity: `));
    expect(ran.stdout).toContain('\nHow to remove it\n');
    expect(ran.stdout).not.toContain('](');
    for (const line of ran.stdout.split('\n')) {
      if (!line.startsWith('    ')) expect(line.length, line).toBeLessThanOrEqual(80);
    }
  });

  it('says which rule was meant', () => {
    expect(failure(['explain', 'debug-symbol'], work)).toContain('did you mean "debug-symbols"?');
    expect(failure(['explain', '../../../etc/passwd'], work)).toContain('"sizecheck explain" lists the rules');
    expect(failure(['explain', 'a', 'b'], work)).toContain('one rule');
  });
});
