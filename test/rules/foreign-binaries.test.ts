import { describe, expect, it } from 'vitest';
import type { ElfFacts } from '../../src/model/facts.ts';
import type { Entry } from '../../src/model/snapshot.ts';
import { foreignBinaries } from '../../src/rules/foreign-binaries.ts';
import { judge } from '../../src/rules/index.ts';
import { claimedPaths, tree } from '../build/leftovers.ts';
import { elf, file } from '../build/snapshot.ts';

const check = (...items: readonly (string | Entry)[]) => judge(tree(...items), [foreignBinaries]);
const program = (path: string, more: Partial<ElfFacts> = {}): Entry => file(path, 9, { facts: elf({}, more) });

const node = program('bin/node');
const arm = { class: 32, machine: 40 } as const;
const home = 'app/node_modules/bcrypt/prebuilds';
const built = 'app/node_modules/bcrypt/build/Release/a.node';

describe('foreign-binaries', () => {
  it('claims addons for other platforms and processors where that of the artifact lies beside them', () => {
    const own = [`${home}/linux-x64/bcrypt.glibc.node`, `${home}/linux-x64/bcrypt.musl.node`];
    const multiple = `${home}/linux-x64+arm64/a.node`;
    const unknown = ['plan9-x64', 'linux-x64v5', 'notes'].map((name) => `${home}/${name}/a.node`);
    const foreign = ['win32-x64', 'linux-arm', 'darwin-x64+arm64', 'freebsd-x64', 'ios-arm64-simulator', 'linux-ppc64'];
    const files = foreign.map((name) => `${home}/${name}/bcrypt.node`);
    const [found] = check(node, ...own, multiple, ...unknown, ...files);
    expect(claimedPaths(found)).toEqual(files.toSorted());
    expect(found).toMatchObject({
      severity: 'info',
      leftover: true,
      title: '6 files of addons for platforms other than linux-x64',
    });
    expect(found?.fix.commands).toEqual([
      `rm -r ${['ios-arm64-simulator', 'darwin-x64+arm64', 'freebsd-x64', 'linux-ppc64', 'linux-arm', 'win32-x64'].map((name) => `${home}/${name}`).join(' ')}`,
    ]);
    expect(check(node, own[0] ?? '', `${home}/darwin-x64/README`)).toEqual([]);
  });

  it('knows the directories of onnxruntime-node', () => {
    const folder = 'node_modules/onnxruntime-node/bin/napi-v6';
    const all = ['linux/x64', 'linux/arm64', 'win32/x64', 'darwin/arm64'].map((one) => `${folder}/${one}/x.node`);
    expect(claimedPaths(check(node, ...all)[0])).toEqual([all[3], all[1], all[2]]);
    expect(check(...all, 'bin/napi-v6/linux/a/b/c.node')).toEqual([]);
  });

  it('knows the directories of cmake-ts by their list', () => {
    const build = 'node_modules/zeromq/build';
    const all = ['linux/x64', 'linux/arm64', 'win32/x64', 'darwin/x64'].map(
      (one) => `${build}/${one}/node/1/addon.node`,
    );
    const list = `${build}/manifest.json`;
    expect(claimedPaths(check(node, list, ...all)[0])).toEqual([all[3], all[1], all[2]]);
    expect(check(node, ...all)).toEqual([]);
    expect(
      check(node, list, `${build}/linux/x64/a.node`, `${build}/linux/arm64/notes`, `${build}/obj/x64/b.node`),
    ).toEqual([]);
  });

  it('takes all that is beside them, but licence texts', () => {
    const [found] = check(
      node,
      `${home}/linux-x64/a.node`,
      `${home}/win32-x64/a.node`,
      `${home}/win32-x64/a.pdb`,
      `${home}/win32-x64/LICENSE`,
    );
    expect(claimedPaths(found)).toEqual([`${home}/win32-x64/a.node`, `${home}/win32-x64/a.pdb`]);
    expect(found?.fix.commands[0]).toMatch(/^find /);
  });

  it('claims them beside an addon that was compiled in place', () => {
    const foreign = `${home}/win32-x64/a.node`;
    expect(check(node, foreign)).toEqual([]);
    expect(check(node, foreign, built)).toEqual([]);
    expect(claimedPaths(check(node, foreign, program(built))[0])).toEqual([foreign]);
    expect(claimedPaths(check(node, 'prebuilds/win32-x64/a.node', program('build/Release/a.node'))[0])).toHaveLength(1);
  });

  it.each<[what: string, others: Entry[]]>([
    ['there is no other ELF file', []],
    ['an object is all that there is', [program('a.o', { elfType: 'REL' })]],
    ['all others are choices, too', [program(`${home}/linux-x64/b.node`)]],
    ['there are as many of another', [node, program('z', { machine: 183 })]],
    ['there are as many of another, one compiled in place', [program('a', { machine: 183 }), program(built)]],
    ['its processor has no name', [program('a', { machine: 83 })]],
  ])('says nothing where %s', (_what, others) => {
    expect(check(`${home}/linux-x64/a.node`, `${home}/win32-x64/a.node`, ...others)).toEqual([]);
  });

  it.each<[processor: string, more: Partial<ElfFacts>]>([
    ['arm64', { machine: 183 }],
    ['arm', arm],
    ['ia32', { class: 32, machine: 3 }],
    ['ppc64', { machine: 21 }],
    ['s390x', { machine: 22, endian: 'big' }],
    ['riscv64', { machine: 243 }],
  ])('knows %s by the other files', (processor, more) => {
    const found = check(program('a', more), `${home}/linux-${processor}/a.node`, `${home}/linux-x64/a.node`);
    expect(claimedPaths(found[0])).toEqual([`${home}/linux-x64/a.node`]);
  });

  it('goes by most of the other programs and libraries', () => {
    const files = [program('a', { machine: 183 }), program('b', { elfType: 'EXEC' }), node];
    const paths = ['linux-x64', 'linux-arm64'].map((name) => `${home}/${name}/a.node`);
    expect(claimedPaths(check(...files, ...paths)[0])).toEqual([paths[1]]);
    expect(check(...files.slice(0, 2), ...paths)).toEqual([]);
  });

  it('takes musl for the same platform', () => {
    const paths = ['linuxmusl-x64', 'linux-x64-musl', 'win32-x64'].map((name) => `${home}/${name}/a.node`);
    for (const own of paths.slice(0, 2))
      expect(claimedPaths(check(node, own, `${home}/win32-x64/a.node`)[0])).toEqual([paths[2]]);
  });
});
