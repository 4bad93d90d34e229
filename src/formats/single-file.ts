// Artifacts that are one file and no archive of files: an ELF file, a static library. Each is one member of the artifact's name.
import type { ByteSource } from '../bytes/source.ts';
import { arKind, magicLength, readArMembers } from '../inspectors/ar-members.ts';
import { nameFromBytes, nameFromText } from '../model/name.ts';
import type { MemberSink, RandomFormat } from './format.ts';

export const elfFormat: RandomFormat = {
  name: 'elf',
  access: 'random',
  bid: (head) => (nameFromBytes(head.subarray(0, 4)) === '\x7fELF' ? 32 : 0),
  read(source, sink, _options, file) {
    deliver(source, sink, file.name);
    return Promise.resolve();
  },
};

export const arFormat: RandomFormat = {
  name: 'ar',
  access: 'random',
  bid: (head) => (arKind(head) === null ? 0 : magicLength * 8),
  // Asynchronous, so that a broken archive is a rejection like those of the other formats.
  async read(source, sink, _options, file) {
    let members = 0;
    // As an artifact the archive must be sound; inside another one it only earns a notice.
    for (const member of readArMembers(source)) if (member.kind === 'file') members++;
    if (arKind(source.read(0, magicLength)) === 'thin') {
      const message = `is a thin archive: the content of its ${members} members lies in files outside and does not count`;
      sink.notice({ code: 'thin-archive', path: nameFromText(file.name), message });
    }
    deliver(source, sink, file.name);
    return Promise.resolve();
  },
};

function deliver(source: ByteSource, sink: MemberSink, name: string): void {
  const member = {
    name: nameFromText(name),
    kind: 'file',
    size: source.size,
    mode: null,
    uid: null,
    gid: null,
    mtime: null,
    link: null,
    offset: 0,
    disk: null,
    inode: null,
  } as const;
  sink.file(member, () => ({ source, close: () => {} }));
}
