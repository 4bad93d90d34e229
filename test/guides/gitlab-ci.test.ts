// The job of the GitLab guide, run as a runner does, against a GitLab in miniature.
import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { token } from '../forge/github-server.ts';
import { startGitlab } from '../forge/gitlab-server.ts';
import type { GitlabServer } from '../forge/gitlab-server.ts';
import type { Ran } from '../cli/run.ts';
import { requireTool } from '../oracles.ts';
import { makeProject, projectTools } from './project.ts';
import type { Project } from './project.ts';
import { bash, blocksOf } from './workflow.ts';

interface Job {
  readonly rules: readonly { readonly if: string }[];
  readonly interruptible: boolean;
  readonly resource_group: string;
  readonly cache: { readonly key: string; readonly paths: readonly string[]; readonly when: string };
  readonly script: readonly string[];
  readonly artifacts: { readonly reports: { readonly junit: string }; readonly paths: readonly string[] };
}

const [page = '', matrixPage = ''] = blocksOf('gitlab-ci.md', 'yaml');
const { size }: { readonly size: Job } = parse(page);
const matrix: {
  readonly size: Pick<Job, 'script' | 'artifacts'> & {
    readonly parallel: { readonly matrix: readonly { readonly ARCH: readonly string[] }[] };
  };
  readonly 'size-note': Pick<Job, 'script' | 'resource_group'>;
} = parse(matrixPage);

let server: GitlabServer;

beforeAll(async () => {
  server = await startGitlab();
});

beforeEach(() => {
  for (const list of [server.notes, server.received]) list.length = 0;
});

afterAll(() => server.close());

function runJob(
  { machine, base }: Project,
  env: Record<string, string> = {},
  { script }: Pick<Job, 'script'> = size,
): Promise<Ran> {
  return bash(script.join('\n'), machine.cwd, {
    ...machine.env,
    GITLAB_CI: 'true',
    CI_API_V4_URL: server.url,
    CI_PROJECT_ID: '99',
    CI_PIPELINE_ID: '3',
    CI_MERGE_REQUEST_PROJECT_ID: '12',
    CI_MERGE_REQUEST_IID: '7',
    CI_MERGE_REQUEST_DIFF_BASE_SHA: base,
    GITLAB_TOKEN: token,
    ...env,
  });
}

describe.skipIf(!projectTools.every(requireTool))('the job of the guide', () => {
  it('has a cache by commit, and keeps what it reports', () => {
    expect(size.cache).toEqual({
      key: 'sizecheck-$CI_MERGE_REQUEST_DIFF_BASE_SHA',
      paths: ['baseline.json'],
      when: 'always',
    });
    // Of two pipelines of one merge request the newer one has the last word.
    expect([size.interruptible, size.resource_group]).toEqual([true, 'sizecheck-$CI_MERGE_REQUEST_IID']);
    expect(size.rules).toEqual([{ if: '$CI_PIPELINE_SOURCE == "merge_request_event"' }]);
  });

  it('measures, reports and comments; with the cached baseline too', async () => {
    const project = makeProject('gitlab');
    const first = await runJob(project);
    expect(first.code, first.stderr).toBe(0);
    expect(first.stdout).toContain('created the comment: 12!7, note 1');
    expect(server.notes[0]?.body).toMatch(/^<!-- sizecheck:layer -->\n### ✅ Within budget: /);
    for (const file of [size.artifacts.reports.junit, ...size.artifacts.paths])
      expect(existsSync(join(project.machine.cwd, file))).toBe(true);
    const second = await runJob(project);
    expect(second.code, second.stderr).toBe(0);
    expect(second.stdout).toContain('left the comment as it is');
    expect(`${first.stdout}${first.stderr}${second.stdout}${second.stderr}`).not.toContain(token);
  });

  it('runs again where the runner keeps its folders, and the cache is lost', async () => {
    const project = makeProject('gitlab-kept');
    await runJob(project);
    rmSync(join(project.machine.cwd, 'baseline.json'));
    const again = await runJob(project);
    expect(again.code, again.stderr).toBe(0);
  });

  it('fails after it has said everything', async () => {
    const project = makeProject('gitlab-over');
    const file = join(project.machine.cwd, 'budgets.json');
    writeFileSync(file, readFileSync(file, 'utf8').replace('40 KiB', '1 KiB').replace('200 KiB', '300 KiB'));
    const ran = await runJob(project);
    expect(ran.code).toBe(1);
    expect(server.notes[0]?.body).toContain('| looser | `layer` | `uncompressed.max` | 200\u00a0KiB | 300\u00a0KiB |');
    expect(server.notes[0]?.body).toContain('### ❌ Over budget: `layer` compressed is ');
    expect(readFileSync(join(project.machine.cwd, 'sizecheck.xml'), 'utf8')).toContain('<failure ');
  });

  it('has one note for all jobs of a matrix', async () => {
    const project = makeProject('gitlab-matrix');
    const file = join(project.machine.cwd, 'budgets.json');
    const limits = readFileSync(file, 'utf8').replaceAll(/,\s*"growth": \{[^}]*\}/g, '');
    const [archs] = matrix.size.parallel.matrix;
    for (const ARCH of archs?.ARCH ?? []) {
      writeFileSync(file, ARCH === 'x86_64' ? limits : limits.replace('40 KiB', '1 KiB'));
      const ran = await runJob(project, { ARCH }, matrix.size);
      expect(ran.code, ran.stderr).toBe(ARCH === 'x86_64' ? 0 : 1);
    }
    expect(matrix.size.artifacts.paths).toEqual(['sizes/$CI_PIPELINE_ID']);
    expect(readdirSync(join(project.machine.cwd, 'sizes/3'))).toEqual(['aarch64.json', 'x86_64.json']);
    expect(matrix['size-note'].resource_group).toBe(size.resource_group);
    const note = await runJob(project, {}, matrix['size-note']);
    expect(note.code, note.stderr).toBe(0);
    expect(server.notes.map(({ body }) => body.split('\n', 2))).toEqual([
      ['<!-- sizecheck:layer -->', expect.stringMatching(/^### ❌ Over budget: `layer \(aarch64\)` compressed is /)],
    ]);
    expect((await runJob(project, { GITLAB_TOKEN: '' }, matrix['size-note'])).stdout).toBe('');
  });

  it('works without a token, as for a fork', async () => {
    const ran = await runJob(makeProject('gitlab-fork'), { GITLAB_TOKEN: '' });
    expect(ran.code, ran.stderr).toBe(0);
    expect(server.received).toEqual([]);
  });
});
