// Writes test/forge/github-openapi.json: of GitHub's published OpenAPI description (npm package @octokit/openapi, 385 MB unpacked)
// only the operations that `sizecheck comment` calls, with the schemas they refer to. Usage: node scripts/trim-openapi.mjs DIRECTORY,
// where DIRECTORY is the unpacked package (npm pack @octokit/openapi && tar xzf …).
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const operations = {
  '/repos/{owner}/{repo}/issues/{issue_number}/comments': ['get', 'post'],
  '/repos/{owner}/{repo}/issues/comments/{comment_id}': ['delete', 'patch'],
  '/repos/{owner}/{repo}/pulls': ['get'],
  '/user': ['get'],
};

const directory = process.argv[2];
if (directory === undefined) throw new Error('usage: node scripts/trim-openapi.mjs DIRECTORY');
const { version } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'));
const whole = JSON.parse(readFileSync(join(directory, 'generated/api.github.com.json'), 'utf8'));

const kept = { components: {} };

/** The value without prose and examples; what it refers to is kept too. */
function keep(value) {
  if (Array.isArray(value)) return value.map(keep);
  if (typeof value !== 'object' || value === null) return value;
  if (typeof value.$ref === 'string') keepReference(value.$ref);
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, inner]) => !isProse(key, inner))
      .map(([key, inner]) => [key, keep(inner)]),
  );
}

/** `description`, `example` … stand for themselves only where they are no property of that name. */
function isProse(key, inner) {
  if (key.startsWith('x-') || key === 'externalDocs') return true;
  return (
    ['description', 'example', 'examples', 'title'].includes(key) &&
    (typeof inner !== 'object' || key === 'examples' || key === 'example')
  );
}

function keepReference(reference) {
  const [, , group, name] = reference.split('/');
  kept.components[group] ??= {};
  if (name in kept.components[group]) return;
  kept.components[group][name] = null;
  kept.components[group][name] = keep(whole.components[group][name]);
}

const paths = Object.fromEntries(
  Object.entries(operations).map(([path, methods]) => [
    path,
    Object.fromEntries(methods.map((method) => [method, keep(whole.paths[path][method])])),
  ]),
);
const document = {
  'x-origin': `npm package @octokit/openapi ${version}, generated/api.github.com.json, trimmed by scripts/trim-openapi.mjs`,
  openapi: whole.openapi,
  info: { title: whole.info.title, version: whole.info.version, license: whole.info.license },
  paths,
  components: kept.components,
};
writeFileSync(resolve(import.meta.dirname, '../test/forge/github-openapi.json'), `${JSON.stringify(document)}\n`);
