// The deb format (deb(5), format 2.x): an ar archive of `debian-binary`, `control.tar` and `data.tar`. Members are laid out as
// `dpkg-deb --raw-extract` does: those of data.tar under their own names, those of control.tar below DEBIAN/.
import { sliceSource } from '../bytes/source.ts';
import type { ByteSource } from '../bytes/source.ts';
import { decode } from '../codecs/decode.ts';
import { codecs } from '../codecs/index.ts';
import type { Codec } from '../codecs/codec.ts';
import { FormatError } from '../errors.ts';
import { readArMembers } from '../inspectors/ar-members.ts';
import type { ArMember } from '../inspectors/ar-members.ts';
import { nameFromBytes } from '../model/name.ts';
import type { CodecName } from '../model/snapshot.ts';
import type { Member, MemberSink, RandomFormat, ReadOptions } from './format.ts';
import { tarFormat } from './tar/tar.ts';

const firstMember = 'debian-binary';
const magic = `!<arch>\n${firstMember}`;

/** Endings of control.tar and data.tar. Others that dpkg once wrote (.bz2, .lzma) are refused. */
const endings: Readonly<Record<string, CodecName | null>> = { '': null, '.gz': 'gzip', '.xz': 'xz', '.zst': 'zstd' };

export const debFormat: RandomFormat = {
  name: 'deb',
  access: 'random',
  bid(head) {
    const start = nameFromBytes(head.subarray(0, magic.length + 1));
    return start === `${magic} ` || start === `${magic}/` ? start.length * 8 : 0;
  },
  async read(source, sink, options) {
    const { control, data } = findParts(source, sink);
    // Headers and padding of the ar archive, the version, and members that do not count.
    options.ledger?.spend('headers', source.size - control.member.size - data.member.size);
    // In this order a path that both hold ends as it does with dpkg-deb: the control file stays.
    await readPart(source, data, sink, options);
    await readPart(source, control, belowDebian(sink), options);
  },
};

interface Part {
  readonly member: ArMember;
  readonly codec: Codec | null;
}

interface Parts {
  readonly control: Part;
  readonly data: Part;
}

/** Checks the order of the ar members, all of them, before anything is unpacked. */
function findParts(source: ByteSource, sink: MemberSink): Parts {
  let version: ArMember | null = null;
  let control: Part | null = null;
  let data: Part | null = null;
  for (const member of readArMembers(source)) {
    if (version === null) {
      checkVersion(source, member);
      version = member;
    } else if (member.name.startsWith('_')) {
      sink.notice({
        code: 'extra-member',
        path: member.name,
        message: 'is a member that dpkg ignores; it does not count',
      });
    } else if (control === null) {
      control = partOf(member, 'control.tar');
    } else if (data === null) {
      data = partOf(member, 'data.tar');
    } else if (/^(?:control|data)\.tar/.test(member.name)) {
      throw badOrder(member, 'stands behind the data of the package');
    } else {
      const message = 'is a member behind the data, which dpkg ignores; it does not count';
      sink.notice({ code: 'extra-member', path: member.name, message });
    }
  }
  if (control !== null && data !== null) return { control, data };
  const missing = control === null ? 'control.tar' : 'data.tar';
  throw new FormatError('truncated', `is a deb without ${missing}`, { offset: source.size });
}

function checkVersion(source: ByteSource, member: ArMember): void {
  const where = { path: member.name, offset: member.offset };
  const text = nameFromBytes(source.read(member.offset, Math.min(member.size, 32)));
  const version = /^(\d+)\.\d+\n/.exec(text);
  if (member.name !== firstMember || version === null) {
    throw new FormatError('bad-deb', 'is not the debian-binary member that a deb begins with', where);
  }
  if (version[1] !== '2') {
    throw new FormatError('unsupported', `gives the deb version ${version[0].trimEnd()}; only 2.x is read`, where);
  }
}

function partOf(member: ArMember, wanted: string): Part {
  if (!member.name.startsWith(wanted)) throw badOrder(member, `stands where ${wanted} is due`);
  const ending = member.name.slice(wanted.length);
  const name = Object.hasOwn(endings, ending) ? endings[ending] : undefined;
  const codec = name === null ? null : codecs.find((one) => one.name === name);
  if (codec === undefined) {
    const message = `has the ending "${ending}"; ${wanted} must have none, .gz, .xz or .zst`;
    throw new FormatError('unsupported', message, { path: member.name, offset: member.headerOffset });
  }
  return { member, codec };
}

function badOrder(member: ArMember, what: string): FormatError {
  return new FormatError('bad-deb', `${what}: the members of a deb have a fixed order`, {
    path: member.name,
    offset: member.headerOffset,
  });
}

async function readPart(source: ByteSource, part: Part, sink: MemberSink, options: ReadOptions): Promise<void> {
  const { member, codec } = part;
  const reader = tarFormat.reader(sink, options);
  let inTar = false;
  const input = { source: sliceSource(source, member.offset, member.size) };
  try {
    const { maxWindow, ledger } = options;
    const done = await decode(codec, input, { maxWindow, marks: ledger !== undefined }, (piece) => {
      inTar = true;
      reader.write(piece);
      inTar = false;
    });
    for (const notice of done.notices) sink.notice({ ...notice, path: member.name });
    inTar = true;
    reader.finish();
    ledger?.close(done.marks ?? null, done.bytesIn);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    // Errors of the tar count from its own start; those of the codec are moved to the place in the deb.
    const offset = inTar ? error.offset : member.offset + (error.offset ?? 0);
    throw new FormatError(error.code, error.message, { path: error.path ?? member.name, offset, cause: error });
  }
}

/** A sink that puts everything below DEBIAN/. */
function belowDebian(sink: MemberSink): MemberSink {
  return {
    begin: (member) => sink.begin(moved(member)),
    data: (piece) => sink.data(piece),
    hole: (count) => sink.hole(count),
    end: () => sink.end(),
    file: (member, open) => sink.file(moved(member), open),
    notice: (notice) => sink.notice(notice.path === null ? notice : { ...notice, path: `DEBIAN/${notice.path}` }),
  };
}

function moved(member: Member): Member {
  const link = member.kind === 'hardlink' && member.link !== null ? `DEBIAN/${member.link}` : member.link;
  return { ...member, name: `DEBIAN/${member.name}`, link };
}
