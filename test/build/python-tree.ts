// A small tree in the shape of an installed Python: real modules compiled at three levels, unstripped shared libraries, static
// libraries (one of them twice), duplicates, links and odd names. Made with gcc, ar and python3.
import { copyFileSync, cpSync, mkdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../oracles.ts';

/** Programs that the tree is made with. */
export const treeTools = ['gcc', 'ar', 'python3', 'strip', 'find', 'du', 'sha256sum'] as const;

const source = (name: string): string => `
#include <stdio.h>
struct ${name}_record { int number; const char *label; double values[8]; };
static int ${name}_helper(struct ${name}_record *record) { return record->number * 2 + (int)record->values[3]; }
int ${name}_public(int number) { struct ${name}_record record = { number, "${name}", {0} }; printf("%s", record.label); return ${name}_helper(&record); }
`;

export function makePythonTree(root: string): void {
  const library = join(root, 'lib/python3');
  const config = join(library, 'config');
  for (const directory of ['bin', 'lib/python3/config', 'lib/python3/lib-dynload', 'share/doc dir/caf\u00e9']) {
    mkdirSync(join(root, directory), { recursive: true });
  }
  makeBinaries(root, config);
  makeModules(library);
  writeFileSync(join(root, 'share/doc dir/caf\u00e9/na\u00efve file.txt'), 'text\n'.repeat(2000));
  writeFileSync(join(root, 'share/copy-1'), 'same '.repeat(999));
  writeFileSync(join(root, 'share/copy-2'), 'same '.repeat(999));
  writeFileSync(join(root, 'share/empty-1'), '');
  writeFileSync(join(root, 'share/empty-2'), '');
  symlinkSync('copy-1', join(root, 'share/link-to-copy'));
  symlinkSync('x'.repeat(100), join(root, 'share/dangling'));
}

function makeBinaries(root: string, config: string): void {
  for (const name of ['alpha', 'beta']) writeFileSync(join(config, `${name}.c`), source(name));
  writeFileSync(join(config, 'main.c'), 'int alpha_public(int); int main(void) { return alpha_public(1); }\n');
  const gcc = (...args: string[]): string => run('gcc', args, { cwd: config });
  gcc('-g', '-O1', '-c', 'alpha.c', 'beta.c');
  run('ar', ['rcsD', 'libdemo.a', 'alpha.o', 'beta.o'], { cwd: config });
  gcc('-g', '-shared', '-fPIC', '-o', join(root, 'lib/libdemo.so.1.0'), 'alpha.c', 'beta.c');
  gcc('-g', '-shared', '-fPIC', '-o', join(root, 'lib/python3/lib-dynload/_demo.so'), 'beta.c');
  gcc('-g', '-o', join(root, 'bin/demo'), 'main.c', 'alpha.c');
  gcc('-s', '-o', join(root, 'bin/stripped'), 'main.c', 'alpha.c');
  symlinkSync('libdemo.so.1.0', join(root, 'lib/libdemo.so'));
  copyFileSync(join(config, 'libdemo.a'), join(root, 'lib/libdemo.a'));
  run('ar', ['rcsD', join(root, 'lib/libalone.a'), 'beta.o'], { cwd: config });
}

function makeModules(library: string): void {
  const standard = run('python3', ['-c', 'import sysconfig; print(sysconfig.get_paths()["stdlib"])']).trim();
  for (const name of ['json', 'email', 'html', 'string.py', 'keyword.py', 'textwrap.py']) {
    cpSync(join(standard, name), join(library, name), {
      recursive: true,
      filter: (path) => !path.includes('__pycache__'),
    });
  }
  const levels = ['-o', '0', '-o', '1', '-o', '2'];
  run('python3', ['-m', 'compileall', '-q', '--invalidation-mode', 'timestamp', ...levels, library]);
  // One source that changed after it was compiled, and one module with a hash instead of a time.
  utimesSync(join(library, 'keyword.py'), 1_600_000_000, 1_600_000_000);
  run('python3', [
    '-m',
    'compileall',
    '-q',
    '-f',
    '--invalidation-mode',
    'unchecked-hash',
    join(library, 'textwrap.py'),
  ]);
}
