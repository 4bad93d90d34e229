// Licence texts, which the terms of most licences ask to be shipped with what they cover: no rule on leftovers that takes all below a
// directory claims them, and no command of one takes them. Rules that go by suffixes of code find no texts.
import { baseName } from '../model/name.ts';
import type { Name } from '../model/name.ts';

const names = ['copyright', 'copying', 'licen[cs]e', 'unlicen[cs]e', 'notice'];

/** Of the last component. Nothing before or behind that could match in many ways: a name of a stranger is read once. */
const nameOfText = new RegExp(String.raw`^(?:${names.join('|')})|-licen[cs]e(?:\.|$)`, 'i');

/** By the names that such files have, or a directory called `licenses`. */
export function isLicence(path: Name): boolean {
  return nameOfText.test(baseName(path)) || /(?:^|\/)licen[cs]es\//i.test(path);
}

/** Tests of `find` that leave the same files alone. */
export const exceptLicences = [
  ...names.map((name) => `! -iname '${name}*'`),
  "! -iname '*-licen[cs]e'",
  "! -iname '*-licen[cs]e.*'",
  "! -ipath '*/licen[cs]es/*'",
].join(' ');
