// The parts of a Debian package (deb(5)): the version first, then control, then data, and what is told of a package without one of them.
import { describe, expect, it } from 'vitest';
import { memorySource } from '../../src/bytes/source.ts';
import { FormatError } from '../../src/errors.ts';
import { debFormat } from '../../src/formats/deb.ts';
import type { ArSpec } from '../build/ar.ts';
import { buildDeb, control, data, version } from '../build/deb.ts';
import { recordingSink } from '../build/sink.ts';
import { buildTar, endOfArchive, gnuLong } from '../build/tar.ts';

const unlimited = { maxEntries: 1e6, maxUnpacked: 1e9, maxWindow: 1 << 27 };

async function outcome(members: readonly ArSpec[]): Promise<unknown> {
  const sink = recordingSink();
  try {
    await debFormat.read(memorySource(buildDeb(members)), sink, unlimited, { name: 'a.deb' });
  } catch (error) {
    if (error instanceof FormatError) return `${error.code}: ${error.message}`;
    throw error;
  }
  return {
    names: sink.records.map(({ member }) => member.name),
    links: sink.records.map(({ member }) => member.link),
    notices: sink.notices,
  };
}

describe('a deb', () => {
  it('has three parts', async () => {
    expect(await outcome([version, control, data])).toMatchObject({ notices: [] });
    expect(await outcome([version])).toBe('truncated: is a deb without control.tar');
    expect(await outcome([version, control])).toBe('truncated: is a deb without data.tar');
  });

  it('begins with its version, by name', async () => {
    const other = { ...version, name: 'debian-binarz' };
    expect(await outcome([other, control, data])).toBe(
      'bad-deb: is not the debian-binary member that a deb begins with',
    );
  });

  it('has control files below DEBIAN/, and notices of them, but none of the part as a whole', async () => {
    const part = (tar: Buffer): ArSpec => ({ name: 'control.tar', content: tar });
    const files = [
      { name: 'control', content: 'Package: a\n' },
      { name: 'soft', type: '2', link: 'control' },
    ];
    const unended = part(buildTar(files, Buffer.alloc(0)));
    expect(await outcome([version, unended, data])).toMatchObject({
      // Data come first: dpkg's own files are those of the control part.
      links: [null, null, null, './usr/file', 'file', null, 'control'],
      notices: [{ code: 'no-end-of-archive', path: null }],
    });
    const twice = part(buildTar([gnuLong('L', 'a'), gnuLong('L', 'control'), ...files], endOfArchive));
    expect(await outcome([version, twice, data])).toMatchObject({ notices: [{ path: 'DEBIAN/a' }] });
  });
});
