// Every command of the shell guide, and the one of the GitHub guide, run in the order in which they stand there.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startGithub, token } from '../forge/github-server.ts';
import { requireTool } from '../oracles.ts';
import { makeProject, projectTools } from './project.ts';
import { bash, blocksOf, root } from './workflow.ts';

const blocks = blocksOf('shell.md', 'sh');

describe.skipIf(!projectTools.every(requireTool))('the shell guide', () => {
  it('runs from top to bottom', async () => {
    const { machine } = makeProject('shell', { budgets: false });
    const server = await startGithub();
    server.login = 'octocat';
    const env = { ...machine.env, GITHUB_TOKEN: token, GITHUB_API_URL: server.url };
    expect((await bash('make dist', machine.cwd, env)).code).toBe(0);
    expect(blocks).toHaveLength(5);
    const outputs: string[] = [];
    for (const block of blocks) {
      const ran = await bash(block, machine.cwd, env);
      expect(ran.code, `${block}\n${ran.stdout}${ran.stderr}`).toBe(0);
      expect(`${ran.stdout}${ran.stderr}`).not.toContain(token);
      outputs.push(ran.stdout);
    }
    for (const file of ['budgets.json', 'baseline.json', 'size.xml', 'size.csv', 'size.md', 'change.json']) {
      expect(existsSync(join(machine.cwd, file)), file).toBe(true);
    }
    expect(outputs[2]).toContain('lib/new.py');
    expect(outputs[4]).toContain('<!-- sizecheck:layer.zip -->');
    expect(server.comments).toHaveLength(1);
    expect(server.received.filter(({ method }) => method !== 'GET').map(({ path }) => path)).toEqual([
      '/repos/owner/name/issues/12/comments',
    ]);
    expect(server.faults).toEqual([]);
    await server.close();
  });

  it('the first command of the GitHub guide writes budgets that hold', async () => {
    const { machine } = makeProject('init', { budgets: false });
    const [init = ''] = blocksOf('github-actions.md', 'sh');
    const ran = await bash(`make dist\n${init}\nnpx sizecheck check`, machine.cwd, machine.env);
    expect(ran.code, `${ran.stdout}${ran.stderr}`).toBe(0);
  });
});

describe('guides', () => {
  it.each(['github-actions', 'gitlab-ci', 'shell'])(
    '%s stands in docs/reports.md, and its links lead somewhere',
    (name) => {
      expect(readFileSync(join(root, 'docs/reports.md'), 'utf8')).toContain(`(guides/${name}.md)`);
      const page = readFileSync(join(root, `docs/guides/${name}.md`), 'utf8');
      for (const [, link = ''] of page.matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)) {
        expect(existsSync(join(root, 'docs/guides', link)), link).toBe(true);
      }
    },
  );

  it('the table of formats in docs/reports.md is what there is', async () => {
    const { reporters } = await import('../../src/report/index.ts');
    const page = readFileSync(join(root, 'docs/reports.md'), 'utf8');
    const rows = [...page.matchAll(/^\| `(\w+)` \| (yes|) ?\| (yes|) ?\| (yes|) ?\|/gm)].map(([, name, ...kinds]) => [
      name,
      ...kinds,
    ]);
    const expected = reporters.map(({ name, kinds }) => [
      name,
      ...(['scan', 'diff', 'check'] as const).map((kind) => (kinds.includes(kind) ? 'yes' : '')),
    ]);
    expect(rows).toEqual(expected);
  });
});
