// The program's own name and version, and files of its package.
import { readFileSync } from 'node:fs';

export const tool = { name: 'sizecheck', version: versionOfPackage() } as const;

/** Text of a file of this package, by its path in it. */
export function packageFile(path: string): string {
  // The sources stand as deep in it as what is made of them.
  return readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
}

function versionOfPackage(): string {
  const json: unknown = JSON.parse(packageFile('package.json'));
  if (typeof json === 'object' && json !== null && 'version' in json && typeof json.version === 'string')
    return json.version;
  throw new Error('package.json has no version');
}
