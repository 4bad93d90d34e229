// The layers of an image in a snapshot file, read back. Bytes that do not add up would be a lie in every report of layers.
import { nameFromJson } from '../../model/json-name.ts';
import type { DiveFigures, HiddenFile, Image, ImageLayer } from '../../model/snapshot.ts';
import { bad, list, object, sizeOf, spell } from '../snapshot-values.ts';
import type { Json } from '../snapshot-values.ts';

/** @throws FormatError `bad-snapshot`. */
export function imageFrom(json: Json): Image {
  const { platform } = json;
  if (platform !== null && typeof platform !== 'string') throw bad('has a bad image.platform');
  const layers = list(json['layers'], 'image.layers').map((value, index) => layerFrom(value, index));
  const [layerBytes, visibleBytes, hiddenBytes] = [
    sizeOf(json, 'layerBytes', 'image'),
    sizeOf(json, 'visibleBytes', 'image'),
    sizeOf(json, 'hiddenBytes', 'image'),
  ];
  if (sum(layers, 'content') !== layerBytes) throw bad('has an image.layerBytes that its layers do not add up to');
  if (sum(layers, 'waste') !== hiddenBytes) throw bad('has an image.hiddenBytes that the waste of its layers is not');
  if (layerBytes - visibleBytes !== hiddenBytes)
    throw bad('has an image whose visible and hidden bytes are not those of its layers');
  return {
    platform,
    layers,
    layerBytes,
    visibleBytes,
    hiddenBytes,
    dive: diveFrom(object(json['dive'], 'image.dive'), layers.length),
  };
}

function sum(layers: readonly ImageLayer[], key: 'content' | 'waste'): number {
  return layers.reduce((total, layer) => total + layer[key], 0);
}

function layerFrom(value: unknown, index: number): ImageLayer {
  const at = `image.layers[${index}]`;
  const json = object(value, at);
  const { instruction } = json;
  if (json['index'] !== index) throw bad(`has a bad ${at}.index`);
  if (instruction !== null && typeof instruction !== 'string') throw bad(`has a bad ${at}.instruction`);
  return {
    index,
    digest: digest(json, 'digest', at),
    diffId: digest(json, 'diffId', at),
    instruction,
    compressed: sizeOf(json, 'compressed', at, true),
    content: sizeOf(json, 'content', at),
    added: sizeOf(json, 'added', at),
    changed: sizeOf(json, 'changed', at),
    deleted: sizeOf(json, 'deleted', at),
    waste: sizeOf(json, 'waste', at),
  };
}

function digest(json: Json, key: string, at: string): string {
  const value = json[key];
  if (typeof value !== 'string' || !/^sha256:[0-9a-f]{64}$/.test(value)) throw bad(`has a bad ${at}.${key}`);
  return value;
}

function diveFrom(json: Json, layers: number): DiveFigures {
  const at = 'image.dive';
  const sizeBytes = sizeOf(json, 'sizeBytes', at);
  const userSizeBytes = sizeOf(json, 'userSizeBytes', at);
  const inefficientFiles = list(json['inefficientFiles'], `${at}.inefficientFiles`).map((value, index) => {
    const place = `${at}.inefficientFiles[${index}]`;
    const file = object(value, place);
    const path = nameFromJson(file, 'path');
    if (path === null) throw bad(`has no ${place}.path`);
    return { path, count: sizeOf(file, 'count', place), bytes: sizeOf(file, 'bytes', place) };
  });
  const wastedBytes = inefficientFiles.reduce((total, { bytes }) => total + bytes, 0);
  const userWastedPercent = userSizeBytes === 0 ? null : wastedBytes / userSizeBytes;
  // Limits of .dive-ci are on these.
  for (const [key, value] of Object.entries({ wastedBytes, userWastedPercent })) {
    if (json[key] !== value) throw bad(`has ${at}.${key} ${spell(json[key])}, but its files make ${value}`);
  }
  const { efficiency } = json;
  // Below 0 where a layer whites out what is not there, as dive has it.
  if (typeof efficiency !== 'number' || !Number.isFinite(efficiency) || efficiency > 1)
    throw bad(`has ${at}.efficiency ${spell(efficiency)}, which is no share of 1`);
  return {
    efficiency,
    sizeBytes,
    userSizeBytes,
    ...layerSizes(json, layers, sizeBytes),
    wastedBytes,
    userWastedPercent,
    inefficientFiles,
  };
}

/** Absent in snapshots that were saved without them. */
function layerSizes(json: Json, layers: number, sizeBytes: number): Pick<DiveFigures, 'layers'> {
  if (json['layers'] === undefined) return {};
  const at = 'image.dive.layers';
  const sizes = list(json['layers'], at).map((bytes, index) => sizeOf({ bytes }, 'bytes', `${at}[${index}]`));
  if (sizes.length !== layers) throw bad(`has ${sizes.length} ${at} of an image of ${layers}`);
  if (sizes.reduce((total, bytes) => total + bytes, 0) !== sizeBytes)
    throw bad('has an image.dive.sizeBytes that its layers do not add up to');
  return { layers: sizes };
}

/** @param isPart of an image; then it may be that some of what is hidden was not selected. */
export function hiddenFrom(values: readonly unknown[], { layers }: Image, isPart: boolean): HiddenFile[] {
  const hidden = values.map((value, index) => hiddenAt(value, index, layers.length));
  const sums = new Map<number, number>();
  for (const { layer, size } of hidden) sums.set(layer, (sums.get(layer) ?? 0) + size);
  // What could be saved by not adding it at all is the sum of these.
  for (const { index, content, added, changed, waste } of layers) {
    if (!isPart && added + changed !== content)
      throw bad(`has image.layers[${index}].content ${content}, but ${added} added and ${changed} changed`);
    const bytes = sums.get(index) ?? 0;
    if (bytes > waste || (bytes < waste && !isPart))
      throw bad(`has hidden files of ${bytes} bytes in layer ${index}, which wastes ${waste}`);
  }
  return hidden;
}

function hiddenAt(value: unknown, index: number, layers: number): HiddenFile {
  const at = `hidden[${index}]`;
  const json = object(value, at);
  const path = nameFromJson(json, 'path');
  const { cause } = json;
  if (path === null) throw bad(`has no ${at}.path`);
  if (cause !== 'overwritten' && cause !== 'deleted' && cause !== 'metadata') throw bad(`has a bad ${at}.cause`);
  const [stored, layer] = [sizeOf(json, 'stored', at), sizeOf(json, 'layer', at)];
  if (layer >= layers) throw bad(`has ${at} of a layer that the image does not have`);
  if (stored > layer) throw bad(`has ${at} in a layer above the one that hides it`);
  const told = json['compressed'] === undefined ? {} : { compressed: sizeOf(json, 'compressed', at) };
  return { path, size: sizeOf(json, 'size', at), stored, layer, cause, ...differsFrom(json, at), ...told };
}

/** Absent in snapshots that were saved without it. */
function differsFrom(json: Json, at: string): Pick<HiddenFile, 'differs'> {
  if (json['differs'] === undefined) return {};
  const differs = list(json['differs'], `${at}.differs`).map((what) => {
    if (what !== 'mode' && what !== 'owner' && what !== 'times') throw bad(`has a bad ${at}.differs`);
    return what;
  });
  return { differs };
}
