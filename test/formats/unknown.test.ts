// What an input that is no artifact is said to be.
import { describe, expect, it } from 'vitest';
import { describeUnknown } from '../../src/formats/unknown.ts';
import { buildTar } from '../build/tar.ts';

const damaged = Buffer.from(buildTar([{ name: 'a', content: 'a' }]));
damaged[0] = 0x62;

describe('an input that is no artifact', () => {
  it.each<[string, Uint8Array, string]>([
    ['a tar', damaged.subarray(0, 4096), 'a tar archive whose first header is cut or damaged'],
    ['zeros', new Uint8Array(100), 'nothing but zero bytes'],
    ['ones', new Uint8Array(100).fill(0xff), 'nothing but 0xff bytes'],
    ['zeros and a one', Uint8Array.of(0, 0, 0xff), 'binary data of no known format'],
    ['white space', Buffer.from(' \r\n\t\n'), 'nothing but white space'],
    ['a page', Buffer.from('\n<!DOCTYPE html>'), 'an HTML page (a download that failed?)'],
    ['XML', Buffer.from('<?xml version="1.0"?>'), 'an XML document'],
    ['JSON', Buffer.from('\n[1]'), 'JSON (a snapshot has "schema" as its first key)'],
    ['text', Buffer.from('caf\u00e9\tau lait\n'), 'text'],
    ['an escape sequence', Buffer.from('a \u001b[0m'), 'text'],
    ['control characters', Buffer.from('a \u0001'), 'binary data of no known format'],
  ])('%s', (_, head, what) => {
    expect(describeUnknown(head)).toBe(what);
  });
});
