// action.yml and the workflows of the guide, parsed, checked and run: the shell of every step, against a GitHub in miniature.
import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { failure, startGithub, token } from '../forge/github-server.ts';
import type { GithubServer } from '../forge/github-server.ts';
import { requireTool, run } from '../oracles.ts';
import { budgets, makeProject, projectTools } from './project.ts';
import type { Project } from './project.ts';
import { action, bash, blocksOf, expand, holds, keepForCache, root, runAction, runSteps } from './workflow.ts';
import type { Contexts, Log, Machine, Workflow } from './workflow.ts';

const { version }: { version: string } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const guide = readFileSync(join(root, 'docs/guides/github-actions.md'), 'utf8');
const workflows: Workflow[] = blocksOf('github-actions.md', 'yaml').map((text) => parse(text));
const [gate, baseline, compare, several, matrix, page, fork, forkComment] = workflows;

let server: GithubServer;

beforeAll(async () => {
  server = await startGithub();
});

beforeEach(() => {
  // As the workflow's own token: an installation, which may not ask who it is.
  server.login = null;
  for (const list of [server.comments, server.received, server.instead, server.pulls]) list.length = 0;
});

afterAll(async () => {
  await server.close();
  expect(server.faults).toEqual([]);
});

describe('action.yml', () => {
  it('is a composite action whose inputs and outputs are in the guide', () => {
    expect(action.runs.using).toBe('composite');
    const documented = [...guide.matchAll(/^\| ((?:`[\w-]+`(?:, )?)+) \|/gm)].flatMap((match) =>
      [...(match[1] ?? '').matchAll(/`([\w-]+)`/g)].map((one) => one[1]),
    );
    expect(new Set(documented)).toEqual(new Set([...Object.keys(action.inputs), ...Object.keys(action.outputs)]));
    for (const { description } of [...Object.values(action.inputs), ...Object.values(action.outputs)])
      expect(description).not.toBe('');
  });

  it('uses every input, none in a script, and every step has a shell', () => {
    const text = readFileSync(join(root, 'action.yml'), 'utf8');
    const used = new Set([...text.matchAll(/\binputs\.([\w-]+)/g)].map((match) => match[1]));
    expect(used).toEqual(new Set(Object.keys(action.inputs)));
    for (const step of action.runs.steps) {
      expect(step.run).not.toContain('${{');
      expect(step.shell).toBe('bash');
    }
  });

  it('the steps of workflows put no expression into a script', () => {
    expect(workflows).toHaveLength(8);
    for (const { jobs } of workflows)
      for (const { steps } of Object.values(jobs))
        for (const step of steps) expect(step.run ?? '').not.toContain('${{');
  });

  it('asks for no more permissions than each workflow needs', () => {
    expect(workflows.map(({ permissions }) => permissions)).toEqual([
      { contents: 'read', 'pull-requests': 'write' },
      { contents: 'read', 'pull-requests': 'write' },
      { contents: 'read', 'pull-requests': 'write' },
      { contents: 'read', 'pull-requests': 'write' },
      { contents: 'read', 'pull-requests': 'write' },
      { contents: 'read', 'pull-requests': 'write' },
      { contents: 'read' },
      { actions: 'read', 'pull-requests': 'write' },
    ]);
  });
});

describe('workflows that comment', () => {
  const pull = { number: 7, base: {} };
  const measured = { head_repository: { full_name: 'fork/r' }, head_branch: 'fix' };
  const at = (workflow: string, event: object): Contexts => ({ github: { workflow, event }, steps: {} });

  it('run one at a time for a pull request', () => {
    for (const { name, on, concurrency } of workflows) {
      const ofRun = on !== 'pull_request';
      const group = expand(concurrency.group, at(name, ofRun ? { workflow_run: measured } : { pull_request: pull }));
      expect(group).toBe(ofRun ? `${name}-fork/r-fix` : `${name}-7`);
      expect(concurrency['cancel-in-progress']).toBe(ofRun ? undefined : true);
    }
  });
});

describe.skipIf(!projectTools.every(requireTool))('workflows', () => {
  interface Setting {
    readonly project: Project;
    readonly contexts: Contexts;
    readonly machine: Machine;
    readonly log: Log;
    readonly summary: string;
  }

  function setting(
    label: string,
    more: { readonly event?: object; readonly name?: string; readonly full?: string } = {},
  ): Setting {
    const project = makeProject(label);
    const summary = join(project.machine.temp, 'summary.md');
    const path = join(project.machine.temp, 'event.json');
    const event = more.event ?? { pull_request: { number: 7, head: { repo: { full_name: more.full ?? 'o/r' } } } };
    writeFileSync(path, JSON.stringify(event));
    writeFileSync(summary, '');
    const env = {
      ...project.machine.env,
      GITHUB_REPOSITORY: 'o/r',
      GITHUB_API_URL: server.url,
      GITHUB_EVENT_PATH: path,
      GITHUB_EVENT_NAME: more.name ?? 'pull_request',
      GITHUB_BASE_REF: 'main',
      GITHUB_STEP_SUMMARY: summary,
    };
    const github = { event_name: more.name ?? 'pull_request', event, base_ref: 'main', repository: 'o/r', token };
    const machine = { ...project.machine, env };
    const contexts = { github, steps: {}, runner: { temp: machine.temp } };
    return { project, machine, summary, log: { ran: [], failed: false }, contexts };
  }

  async function runWorkflow(workflow: Workflow | undefined, { contexts, machine, log }: Setting): Promise<void> {
    for (const { steps } of Object.values(workflow?.jobs ?? {})) await runSteps(steps, contexts, machine, log);
    const text = log.ran.map(({ result }) => `${result.stdout}${result.stderr}`).join('');
    expect(text).not.toContain(token);
  }

  const told = ({ log }: Setting): string =>
    log.ran.map(({ name, result }) => `${name}: ${result.code}\n${result.stdout}${result.stderr}`).join('\n');

  it('the gate in one step comments, annotates, and is unknown without a baseline', async () => {
    const here = setting('gate');
    await runWorkflow(gate, here);
    // budgets.json limits growth, and there is nothing to measure it against.
    expect(here.log.failed, told(here)).toBe(true);
    expect(server.comments[0]?.body).toMatch(
      /^<!-- sizecheck:layer -->\n### ❓ Not measured: `layer` growth is unknown/,
    );
    expect(told(here)).toContain('::error title=Size not measured::');
    expect(here.log.ran.at(-1)).toMatchObject({ name: 'Judge', result: { code: 2 } });
  });

  it('the gate holds where there are no limits on growth', async () => {
    const here = setting('holds');
    const [layer] = budgets.artifacts;
    const { growth: _, ...rest } = { ...layer };
    writeFileSync(join(here.machine.cwd, 'budgets.json'), JSON.stringify({ ...budgets, artifacts: [rest] }));
    await runWorkflow(gate, here);
    expect(here.log.failed, told(here)).toBe(false);
    expect(server.comments[0]?.body).toMatch(/^<!-- sizecheck:layer -->\n### ✅ Within budget: /);
    expect(readFileSync(here.summary, 'utf8')).toBe(server.comments[0]?.body);
  });

  it('the baseline of the merge base is measured once, then cached', async () => {
    const here = setting('baseline');
    await runWorkflow(baseline, here);
    expect(here.log.failed, told(here)).toBe(false);
    expect(here.log.ran.map(({ name }) => name)).toContain('Measure the merge base');
    expect(here.contexts.steps['base']?.outputs).toEqual({ commit: here.project.base, tool: version });
    expect(here.contexts.steps['size']?.outputs['status']).toBe('pass');
    expect(told(here)).toContain('the gate says pass\nartifact,status,measure');
    expect(server.comments[0]?.body).toContain('`lib/new.py`');
    expect(server.comments[0]?.body).toMatch(/growth/);
    const again = setting('cached');
    keepForCache(again.machine, join(here.machine.temp, 'cached'));
    const cached = { ...again, machine: { ...again.machine, cacheHit: true } };
    await runWorkflow(baseline, cached);
    expect(again.log.failed, told(again)).toBe(false);
    expect(again.log.ran.map(({ name }) => name)).not.toContain('Measure the merge base');
    expect(server.comments).toHaveLength(1);
  });

  it('a broken budget leaves the baseline in the cache, and says what it is', async () => {
    const here = setting('broken');
    const file = join(here.machine.cwd, 'budgets.json');
    writeFileSync(file, readFileSync(file, 'utf8').replace('40 KiB', '1 KiB'));
    await runWorkflow(baseline, here);
    expect(here.log.failed).toBe(true);
    expect(told(here)).toContain('the gate says fail\nartifact,status,measure');
    expect(existsSync(join(here.machine.temp, 'cached'))).toBe(true);
  });

  it.each([baseline, compare])('a runner that keeps its folders runs workflow %# again', async (workflow) => {
    const here = setting('kept');
    await runWorkflow(workflow, here);
    await runWorkflow(workflow, here);
    expect(here.log.failed, told(here)).toBe(false);
  });

  it('a baseline is cached by the version of the tool and the commit', () => {
    const keys = Object.values(baseline?.jobs ?? {}).flatMap(({ steps }) => steps.map((step) => step.with?.['key']));
    const outputs = { commit: 'abc', tool: '1.2.3' };
    const contexts: Contexts = { github: {}, steps: { base: { outputs, outcome: 'success' } } };
    expect(keys.filter((key) => key !== undefined).map((key) => expand(String(key), contexts))).toEqual([
      'sizecheck-1.2.3-abc',
      'sizecheck-1.2.3-abc',
    ]);
  });

  it('a gate and a comparison of one artifact have a comment each', async () => {
    await runWorkflow(gate, setting('both-gate'));
    await runWorkflow(compare, setting('both-compare'));
    expect(server.comments.map((one) => one.body.split('\n')[0])).toEqual([
      '<!-- sizecheck:layer -->',
      '<!-- sizecheck:layer-compared -->',
    ]);
  });

  it.each([
    ['lacks one', 'dist:\n\tmkdir -p dist && cd src && zip -qrX ../dist/layer.zip .\n.PHONY: dist\n'],
    ['cannot be built', 'dist:\n\tfalse\n'],
  ])('several artifacts, and a base that %s', async (_, makefile) => {
    const here = setting('lacking');
    const { cwd } = here.machine;
    const git = (...args: string[]): string =>
      run('git', ['-c', 'user.name=T', '-c', 'user.email=t@e', ...args], { cwd });
    git('checkout', '-q', 'main');
    writeFileSync(join(cwd, 'Makefile'), makefile);
    git('commit', '-qam', 'base', '--allow-empty');
    git('push', '-q', 'origin', 'main');
    git('checkout', '-qB', 'change');
    const both = 'mkdir -p dist && cd src && zip -qrX ../dist/layer.zip . && zip -qrX ../dist/extra.zip .';
    writeFileSync(join(cwd, 'Makefile'), `dist:\n\t${both}\n.PHONY: dist\n`);
    const growth = { max: '10 KiB', missingBaseline: 'pass' };
    const artifacts = ['layer', 'extra'].map((name) => ({ name, path: `dist/${name}.zip`, growth }));
    writeFileSync(join(cwd, 'budgets.json'), JSON.stringify({ version: 1, artifacts }));
    await runWorkflow(several, here);
    expect(here.log.failed, told(here)).toBe(false);
    const isBroken = makefile.includes('false');
    const heading = isBroken ? '➖ Nothing to measure' : '✅ Within budget';
    expect(server.comments[0]?.body).toContain(`<!-- sizecheck:layer%2Bextra -->\n### ${heading}: `);
    expect(server.comments[0]?.body).toContain('| ➖ | `extra` | growth |');
    expect(told(here).includes('::warning::the merge base cannot be built')).toBe(isBroken);
  });

  it('legs of a matrix have one comment together', async () => {
    const { size, comment } = matrix?.jobs ?? {};
    const there = setting('legs');
    for (const arch of size?.strategy?.matrix['arch'] ?? []) {
      const here = setting(`leg-${arch}`);
      const leg = { ...here.contexts, matrix: { arch } };
      const limits = JSON.stringify({ ...budgets, artifacts: [{ ...budgets.artifacts[0], growth: undefined }] });
      writeFileSync(
        join(here.machine.cwd, 'budgets.json'),
        arch === 'x86_64' ? limits : limits.replace('40 KiB', '1 KiB'),
      );
      await runSteps(size?.steps ?? [], leg, { ...here.machine, temp: there.machine.temp }, here.log);
      expect(here.log.failed, told(here)).toBe(arch !== 'x86_64');
    }
    expect(server.received).toEqual([]);
    expect(holds(comment?.if ?? '', there.contexts)).toBe(true);
    await runSteps(comment?.steps ?? [], there.contexts, there.machine, there.log);
    expect(there.log.failed, told(there)).toBe(false);
    expect(server.comments.map(({ body }) => body.split('\n', 2))).toEqual([
      [
        '<!-- sizecheck:layer -->',
        expect.stringMatching(
          /^### ❌ Over budget: `layer \(size-aarch64\)` compressed is .* over its limit of 1,024 B$/,
        ),
      ],
    ]);
    expect(server.comments[0]?.body).toContain('| ✅ | `layer (size-x86_64)` | compressed |');
  });

  it('comparing two trees', async () => {
    const here = setting('compare');
    await runWorkflow(compare, here);
    expect(here.log.failed, told(here)).toBe(false);
    expect(server.comments[0]?.body).toMatch(/^<!-- sizecheck:layer-compared -->\n### Larger: compressed \+/);
    expect(told(here)).toContain('::notice title=Size change::');
  });

  it('a page of the result is kept, of a gate that fails, too', async () => {
    const here = setting('page');
    await runWorkflow(page, here);
    expect(here.log.failed, told(here)).toBe(true);
    expect(here.log.ran.at(-1)).toMatchObject({ name: 'Draw it', result: { code: 0 } });
    const html = readFileSync(join(here.machine.temp, 'artifacts/size-page/size.html'), 'utf8');
    expect(html).toContain('<span class="severity error">unknown</span> Not measured</h1>');
  });

  it('a fork is measured without a token and commented on by the second workflow', async () => {
    const here = setting('fork', { full: 'fork/r' });
    const [layer] = budgets.artifacts;
    writeFileSync(
      join(here.machine.cwd, 'budgets.json'),
      JSON.stringify({ ...budgets, artifacts: [{ ...layer, growth: undefined, compressed: { max: 1000 } }] }),
    );
    await runWorkflow(fork, here);
    expect(here.log.failed, told(here)).toBe(true);
    expect(here.log.ran.at(-1)).toMatchObject({ name: 'Judge', result: { code: 1 } });
    expect(server.received).toEqual([]);

    const head = { head_branch: 'change', head_sha: 'abc', head_repository: { owner: { login: 'fork' } } };
    const event = { workflow_run: { id: 5, event: 'pull_request', ...head } };
    const there = setting('fork-comment', { event, name: 'workflow_run' });
    const machine = { ...there.machine, temp: here.machine.temp };
    server.pulls.push({ head: 'fork:change', sha: 'abc', number: 7 });
    await runWorkflow(forkComment, { ...there, machine });
    expect(there.log.failed, told(there)).toBe(false);
    expect(server.comments[0]?.body).toMatch(/^<!-- sizecheck:layer -->\n### ❌ Over budget: `layer` compressed is /);
  });

  it('a fork that cannot be built fails in the first workflow, and the second one says nothing', async () => {
    const here = setting('fork-broken', { full: 'fork/r' });
    writeFileSync(join(here.machine.cwd, 'Makefile'), 'dist:\n\tfalse\n');
    await runWorkflow(fork, here);
    expect(here.log.failed).toBe(true);
    expect(here.log.ran).toHaveLength(1);

    const event = { workflow_run: { id: 5, event: 'pull_request' } };
    const there = setting('fork-broken-comment', { event, name: 'workflow_run' });
    await runWorkflow(forkComment, { ...there, machine: { ...there.machine, temp: here.machine.temp } });
    expect(there.log.failed, told(there)).toBe(false);
    expect(there.log.ran).toEqual([]);
    expect(server.received).toEqual([]);
  });

  it('a fork in one workflow is gated, not commented on', async () => {
    const here = setting('fork-alone', { full: 'fork/r' });
    await runWorkflow(compare, here);
    expect(here.log.failed, told(here)).toBe(false);
    expect(server.received).toEqual([]);
    expect(readFileSync(here.summary, 'utf8')).toContain('### Larger');
  });

  describe('the action', () => {
    async function act(
      inputs: Record<string, string>,
      label: string,
    ): Promise<Setting & { outputs: Record<string, string> }> {
      const here = setting(label);
      await runSteps([{ run: 'make dist' }], here.contexts, here.machine, here.log);
      const outputs = await runAction(inputs, here.contexts, here.machine, here.log);
      return { ...here, outputs };
    }

    it('fails where the budget is exceeded, unless told not to', async () => {
      const inputs = { options: '--max-compressed=1000', artifacts: 'dist/layer.zip', comment: 'false' };
      const strict = await act(inputs, 'strict');
      expect(strict.outputs['status'], told(strict)).toBe('fail');
      expect(strict.log.failed).toBe(true);
      expect(readFileSync(strict.outputs['report'] ?? '', 'utf8')).toContain('"status":"fail"');
      const lenient = await act({ ...inputs, fail: 'false' }, 'lenient');
      expect(lenient.outputs['status']).toBe('fail');
      expect(lenient.log.failed, told(lenient)).toBe(false);
      expect(server.received).toEqual([]);
    });

    /** The checkout of `actions/checkout` for a pull request: the merge alone, without its parents. */
    function mergeOf(here: Setting, document: object, more: readonly string[] = []): Setting {
      const { cwd, temp } = here.machine;
      const git = (at: string, ...args: string[]): string =>
        run('git', ['-c', 'user.name=Test', '-c', 'user.email=test@example.org', ...args], { cwd: at }).trim();
      writeFileSync(join(cwd, 'budgets.json'), JSON.stringify(document));
      git(cwd, 'commit', '-qam', 'other budgets');
      git(cwd, 'checkout', '-q', '--detach', 'main');
      git(cwd, 'merge', '-q', '--no-ff', '-m', `merge\n\nparent of none\n${'x'.repeat(100_000)}`, 'change');
      git(cwd, 'push', '-q', 'origin', 'HEAD:refs/heads/merge');
      const checkout = join(temp, 'work/merge');
      // By its address: a clone of a path takes all commits along.
      const address = `file://${join(temp, 'origin.git')}`;
      run('git', ['clone', '-q', '--depth=1', '--branch=merge', ...more, address, checkout]);
      const env = { ...here.machine.env, GITHUB_SHA: git(checkout, 'rev-parse', 'HEAD') };
      return { ...here, machine: { ...here.machine, cwd: checkout, env } };
    }

    async function judged(here: Setting, inputs: Record<string, string> = {}): Promise<string> {
      await runSteps([{ run: 'make dist' }], here.contexts, here.machine, here.log);
      await runAction(inputs, here.contexts, here.machine, here.log);
      return server.comments[0]?.body ?? '';
    }

    /** Of the budgets of the guide: no limit on growth, so that nothing is unknown, and another one on the file. */
    function budgetsWith(compressed: object): object {
      const { growth: _, ...rest } = { ...budgets.artifacts[0] };
      return { version: 1, artifacts: [{ ...rest, compressed }] };
    }

    it('says which limits the pull request raises', async () => {
      const here = mergeOf(setting('raised'), budgetsWith({ max: '50 KiB' }));
      expect(run('git', ['rev-list', '--count', 'HEAD'], { cwd: here.machine.cwd }).trim()).toBe('1');
      const body = await judged(here, { 'only-on-change': 'true' });
      expect(body, told(here)).toContain('⚠️ **The budgets file allows more than before:**');
      expect(body).toContain('| looser | `layer` | `compressed.max` | 40\u00a0KiB | 50\u00a0KiB |');
      expect(body).toContain('| looser | `layer` | `growth.max` | 10\u00a0KiB | none |');
      expect(told(here)).toContain('::warning title=The budgets file allows more than before::layer compressed.max: ');
      expect(here.log.failed, told(here)).toBe(false);
    });

    it('tells all limits of a budgets file that is new, or has another name now, and takes limits of memory for none', async () => {
      const here = mergeOf(setting('limits-moved'), budgets);
      const [layer] = budgets.artifacts;
      const { growth: _, ...rest } = { ...layer };
      writeFileSync(join(here.machine.cwd, 'new.json'), JSON.stringify({ version: 1, artifacts: [rest] }));
      const body = await judged(here, { budgets: 'new.json', options: '--max-window=1GiB' });
      expect(body, told(here)).toContain('**The budgets file changed:**');
      expect(body).toContain('| tighter | `layer` | `compressed.max` | none | 40\u00a0KiB |');
    });

    it('says nothing of limits that are as they were, or that nobody can compare', async () => {
      const { growth: _, ...rest } = { ...budgets.artifacts[0] };
      const raised = budgetsWith({ max: '50 KiB' });
      const silent: (readonly [string, (here: Setting) => Setting, Record<string, string>?])[] = [
        ['same', (here) => mergeOf(here, budgets)],
        ['head', (here) => ({ ...mergeOf(here, raised), machine: here.machine })],
        ['options', (here) => mergeOf(here, raised), { artifacts: 'dist/layer.zip', options: '--max-compressed=1MB' }],
        [
          'lost',
          (here) => {
            const merged = mergeOf(here, raised);
            rmSync(join(here.machine.temp, 'origin.git'), { recursive: true });
            return merged;
          },
        ],
      ];
      for (const [label, make, inputs] of silent) {
        server.comments.length = 0;
        const here = make(setting(`limits-${label}`));
        writeFileSync(join(here.machine.cwd, 'new.json'), JSON.stringify({ version: 1, artifacts: [rest] }));
        const body = await judged(here, inputs);
        expect(body, `${label}: ${told(here)}`).toContain('<!-- sizecheck:');
        expect(body, label).not.toContain('budgets file allows');
        expect(body, label).not.toContain('may have changed');
        const said = /^sizecheck: which limits changed is not told: (.*)$/m.exec(told(here))?.[1] ?? '';
        const why = { lost: /^[0-9a-f]{40} cannot be fetched$/, head: /^the checkout is not that of the event$/ };
        expect(said, `${label}: ${told(here)}`).toMatch(Object.entries(why).find(([of]) => of === label)?.[1] ?? /^$/);
      }
    });

    it('says nothing where it is told to', async () => {
      const quiet = await act(
        {
          options: '--max-compressed=1MB',
          artifacts: 'dist/layer.zip',
          comment: 'false',
          summary: 'false',
          annotations: 'false',
        },
        'quiet',
      );
      expect(quiet.log.failed, told(quiet)).toBe(false);
      expect(readFileSync(quiet.summary, 'utf8')).toBe('');
      expect(told(quiet)).not.toContain('::');
    });

    it.each([
      [{ old: 'dist/layer.zip' }, /old and new: both are needed/],
      [{ old: 'a', new: 'b', budgets: 'budgets.json' }, /give one or the other/],
      [{ path: '/no/such/file' }, /path: there is no file/],
      [{ version: '1.0.0; touch injected' }, /version: .* is not a version/],
      [{ artifacts: 'dist/missing.zip', options: '--max-compressed=1' }, /missing\.zip/],
    ])('%j is refused', async (inputs, says) => {
      const here = await act({ ...inputs, comment: 'false' }, 'refused');
      expect(here.log.failed).toBe(true);
      expect(here.log.ran.at(-1)?.result.code).toBe(2);
      expect(told(here)).toMatch(says);
    });

    it.each(['True', 'TRUE', ''])('a switch of %j is true', async (value) => {
      const inputs = { options: '--max-compressed=1000', artifacts: 'dist/layer.zip' };
      const here = await act({ ...inputs, comment: value, summary: value, annotations: value, fail: value }, 'truth');
      expect(here.log.failed, told(here)).toBe(true);
      expect(here.log.ran.at(-1)).toMatchObject({ name: 'Judge', result: { code: 1 } });
      expect(server.comments).toHaveLength(1);
      expect(readFileSync(here.summary, 'utf8')).not.toBe('');
      expect(told(here)).toContain('::error title=Size budget exceeded');
    });

    it.each(['False', 'FALSE'])('a switch of %j is false', async (value) => {
      const inputs = { options: '--max-compressed=1000', artifacts: 'dist/layer.zip' };
      const here = await act({ ...inputs, comment: value, summary: value, annotations: value, fail: value }, 'falsity');
      expect(here.log.failed, told(here)).toBe(false);
      expect(server.received).toEqual([]);
      expect(readFileSync(here.summary, 'utf8')).toBe('');
      expect(told(here)).not.toContain('::');
    });

    it.each([
      ['fail', 'yes', '"yes"'],
      ['comment', '1', '"1"'],
      ['summary', 'true\n::stop-commands::x', '"true%0A::stop-commands::x"'],
      ['only-on-change', 'always', '"always"'],
      ['annotations', '100%', '"100%25"'],
    ])('a switch %s of %j is refused before anything is measured', async (name, value, said) => {
      const here = await act(
        { [name]: value, options: '--max-compressed=1000', artifacts: 'dist/layer.zip' },
        'switch',
      );
      expect(here.log.failed).toBe(true);
      expect(here.log.ran.at(-1)).toMatchObject({ name: 'Read inputs', result: { code: 2 } });
      expect(here.log.ran.at(-1)?.result.stdout).toBe(
        `::error::sizecheck: ${name}: takes true or false, not ${said}\n`,
      );
    });

    it('measures several artifacts, each against its baseline, one a line', async () => {
      const here = setting('several');
      const layers = ['a', 'b'].map((name) => ({ name, path: `dist/${name}.zip`, growth: { max: 0 } }));
      writeFileSync(join(here.machine.cwd, 'budgets.json'), JSON.stringify({ ...budgets, artifacts: layers }));
      const copy = 'make dist && cp dist/layer.zip dist/a.zip && cp dist/layer.zip dist/b.zip';
      await runSteps([{ run: copy }], here.contexts, here.machine, here.log);
      const outputs = await runAction(
        { baseline: 'a=dist/a.zip\r\n\nb=dist/b.zip\n', comment: 'false' },
        here.contexts,
        here.machine,
        here.log,
      );
      expect(here.log.failed, told(here)).toBe(false);
      expect(JSON.parse(readFileSync(outputs['report'] ?? '', 'utf8'))).toMatchObject({
        gate: { status: 'pass', verdicts: ['a', 'b'].map((artifact) => ({ artifact, measure: 'growth', actual: 0 })) },
      });
    });

    it('creates a comment only on change where it is asked to', async () => {
      const quiet = { ...within, 'only-on-change': 'TRUE' };
      expect(told(await act(quiet, 'quiet-comment'))).toContain('posted nothing: nothing changed');
      expect(server.comments).toEqual([]);
      await act({ ...within, 'only-on-change': '' }, 'loud-comment');
      expect(server.comments).toHaveLength(1);
    });

    const within = { options: '--max-compressed=1MB', artifacts: 'dist/layer.zip' };
    const over = { ...within, options: '--max-compressed=1000' };

    it.each([
      [within, false, 0],
      [over, true, 1],
    ])('a comment that cannot be posted is a warning, and the gate decides: %j', async (inputs, failed, code) => {
      server.instead.push([
        'POST',
        { status: 403, body: failure(403, 'Unable to create comment because issue is locked.') },
      ]);
      const here = await act(inputs, 'locked');
      expect(here.log.failed, told(here)).toBe(failed);
      expect(here.log.ran.at(-1)).toMatchObject({ name: 'Judge', result: { code } });
      expect(here.log.ran.find(({ name }) => name === 'Comment')?.result).toMatchObject({
        code: 0,
        stdout: expect.stringMatching(
          /^::warning::sizecheck: the comment could not be posted: GitHub .*issue is locked[^\n]*\n$/,
        ),
      });
    });

    it('a summary that cannot be written and a report that cannot be printed are warnings, too', async () => {
      const here = setting('untold');
      await runSteps([{ run: 'make dist' }], here.contexts, here.machine, here.log);
      const env = { ...here.machine.env, GITHUB_STEP_SUMMARY: join(here.machine.temp, 'no', '100%') };
      await runAction({ ...over, comment: 'false' }, here.contexts, { ...here.machine, env }, here.log);
      expect(told(here)).toMatch(/^::warning::sizecheck: the summary could not be written: .*no\/100%25: No such/m);
      expect(here.log.ran.at(-1)).toMatchObject({ name: 'Judge', result: { code: 1 } });
      const direct = await bash(`bash "${join(root, 'scripts/action.sh')}" annotate`, here.machine.cwd, {
        SIZECHECK: join(root, 'dist/cli/main.cjs'),
        SIZECHECK_REPORT: 'none.json',
      });
      expect(direct).toMatchObject({ code: 0, stderr: '' });
      expect(direct.stdout).toMatch(
        /^::warning::sizecheck: the run could not be annotated: .*none\.json: cannot be read/,
      );
    });

    it('judges what was measured also where a step before failed', () => {
      const step = action.runs.steps.at(-1);
      expect(step).toMatchObject({ name: 'Judge', if: "always() && steps.measure.outputs.code != ''" });
    });

    it('says that nothing was measured, so that nobody believes an older comment', async () => {
      const inputs = { artifacts: 'dist/layer.zip', budgets: 'no-budgets.json' };
      const here = await act(inputs, 'unmeasured');
      expect(here.log.ran.at(-1)).toMatchObject({ name: 'Measure', result: { code: 2 } });
      const words = 'nothing was measured; a comment of an earlier run, if there is one, does not hold for this commit';
      expect(told(here)).toContain(`\n::error::sizecheck: ${words}\n`);
      expect(readFileSync(here.summary, 'utf8')).toBe(`### ❓ Not measured\n\nsizecheck: ${words}.\n`);
      const silent = await act({ ...inputs, summary: 'false' }, 'unmeasured-silent');
      expect(readFileSync(silent.summary, 'utf8')).toBe('');
      expect(server.received).toEqual([]);
    });

    it('takes no input for shell text or an option', async () => {
      const nasty = '$(touch injected)`touch injected`; touch injected';
      const here = await act(
        { artifacts: nasty, budgets: nasty, baseline: nasty, key: nasty, options: '', comment: 'true' },
        'nasty',
      );
      expect(here.log.failed).toBe(true);
      expect(told(here)).not.toContain('injected: command');
      expect(readdirSync(here.machine.cwd)).not.toContain('injected');
      expect(server.comments).toEqual([]);
      const option = await act({ artifacts: '--output=stolen\n', options: '--max-compressed=1MB' }, 'option');
      expect(told(option)).toMatch(/--output=stolen/);
      expect(() => readFileSync(join(option.machine.cwd, 'stolen'))).toThrow('ENOENT');
    });

    it('installs the version that is asked for, without running scripts', async () => {
      const here = setting('version');
      const npm = join(here.machine.temp, 'bin/npm');
      writeFileSync(npm, '#!/bin/sh\nprintf "%s\\n" "$@" > "$RUNNER_TEMP/npm-arguments"\n', { mode: 0o755 });
      await runAction({ version: '0.1.0', comment: 'false' }, here.contexts, here.machine, here.log);
      expect(readFileSync(join(here.machine.temp, 'npm-arguments'), 'utf8')).toMatch(
        /^install\n(?:.*\n)*--ignore-scripts\n--prefix\n.*\nsizecheck@0\.1\.0\n$/,
      );
    });

    it('keeps several comments apart by key', async () => {
      const inputs = { options: '--max-compressed=1MB', artifacts: 'dist/layer.zip' };
      await act({ ...inputs, key: 'one' }, 'key-1');
      await act({ ...inputs, key: 'two' }, 'key-2');
      await act({ ...inputs, key: 'one' }, 'key-3');
      expect(server.comments.map(({ body }) => body.split('\n')[0])).toEqual([
        '<!-- sizecheck:one -->',
        '<!-- sizecheck:two -->',
      ]);
    });
  });
});
