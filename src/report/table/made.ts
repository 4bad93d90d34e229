// One line on how an artifact was made, for `scan --verbose`.
import { formatSize, groupDigits } from '../../bytes/size.ts';
import { terminalText } from '../escape.ts';
import type { CodecName, Made, MadeFacts } from '../../model/snapshot.ts';

/** `zstd: 1 frame, window 8.0 MiB, checksum; pax headers, sorted, 3 times, 1 owner`. */
export function madeText({ codec, archive }: Made, codecs: readonly CodecName[]): string {
  const parts = [...(codec === null ? [] : [codecText(codecs[0] ?? '', codec)]), archiveText(archive)];
  // A snapshot file may hold any text.
  return terminalText(parts.join('; '));
}

function codecText(name: string, facts: MadeFacts): string {
  const counts = (['frames', 'members', 'streams', 'blocks'] as const).flatMap((key) =>
    count(facts[key], key.slice(0, -1)),
  );
  const sizes = (['window', 'dictionary'] as const).flatMap((key) => {
    const bytes = facts[key];
    return typeof bytes === 'number' ? [`${key} ${formatSize(bytes, 'iec')}`] : [];
  });
  const { checksum, contentSize, effort, level, name: named, time } = facts;
  const words = [
    ...(checksum === undefined ? [] : [checksum === true ? 'checksum' : 'no checksum']),
    ...(contentSize === false ? ['length not stated'] : []),
    ...(typeof effort === 'string' ? [`effort "${effort}"`] : []),
    ...(typeof level === 'number' ? [`level ${level}`] : []),
    ...(named === true || time === true ? ['name or time in the header'] : []),
  ];
  return `${name}: ${[...counts, ...sizes, ...words].join(', ')}`;
}

function archiveText({ dialect, sorted, times, owners, reproducible }: MadeFacts): string {
  const words = [
    ...(typeof dialect === 'string' ? [`${dialect} headers`] : []),
    sorted === true ? 'sorted' : 'not sorted',
    ...count(times, 'time'),
    ...count(owners, 'owner'),
  ];
  return `${words.join(', ')}${reproducible === true ? ': reproducible' : ''}`;
}

function count(number: unknown, word: string): string[] {
  return typeof number === 'number' ? [`${groupDigits(number)} ${word}${number === 1 ? '' : 's'}`] : [];
}
