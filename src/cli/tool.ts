// The program's own name and version, from its package.json.
import { readFileSync } from 'node:fs';

export const tool = { name: 'sizecheck', version: versionOfPackage() } as const;

function versionOfPackage(): string {
  const json: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  if (typeof json === 'object' && json !== null && 'version' in json && typeof json.version === 'string')
    return json.version;
  throw new Error('package.json has no version');
}
