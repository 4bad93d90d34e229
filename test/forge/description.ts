// GitHub's published OpenAPI description (trimmed by scripts/trim-openapi.mjs) as a judge of requests and answers.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Ajv } from 'ajv';
import type { ValidateFunction } from 'ajv';

type Json = Readonly<Record<string, unknown>>;

const description = asJson(JSON.parse(readFileSync(resolve(import.meta.dirname, 'github-openapi.json'), 'utf8')));

export interface Operation {
  /** `/user` */
  readonly template: string;
  readonly method: string;
  /** Values of the template's parameters. */
  readonly path: Readonly<Record<string, string>>;
}

/** The operation that a request is of, or null where GitHub describes none. */
export function operationOf(method: string, pathname: string): Operation | null {
  for (const [template, methods] of Object.entries(asJson(description['paths']))) {
    const names = [...template.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '');
    const match = new RegExp(`^${template.replace(/\{\w+\}/g, '([^/]+)')}$`).exec(pathname);
    if (match === null || asJson(methods)[method.toLowerCase()] === undefined) continue;
    const path = Object.fromEntries(names.map((name, index) => [name, decodeURIComponent(match[index + 1] ?? '')]));
    return { template, method: method.toLowerCase(), path };
  }
  return null;
}

/** What is wrong with a request; empty where it is as described. */
export function requestFaults(operation: Operation, query: URLSearchParams, body: unknown): string[] {
  const described = describedOf(operation);
  const parameters = listOf(described['parameters']).map((parameter) => asJson(resolved(parameter)));
  const faults: string[] = [];
  for (const name of query.keys()) {
    if (!parameters.some((one) => one['in'] === 'query' && one['name'] === name))
      faults.push(`query ${name} is not described`);
  }
  for (const one of parameters) {
    const name = String(one['name']);
    const value = one['in'] === 'query' ? query.get(name) : operation.path[name];
    if (value === null || value === undefined) {
      if (one['required'] === true) faults.push(`${name} is missing`);
    } else faults.push(...faultsOf(one['schema'], /^\d+$/.test(value) ? Number(value) : value, name));
  }
  const requestBody = described['requestBody'];
  if (requestBody === undefined) {
    if (body !== undefined) faults.push('a body is not described');
  } else faults.push(...faultsOf(schemaOf(resolved(requestBody)), body, 'body'));
  return faults;
}

/** What is wrong with an answer; a status that is not described for the operation only has to carry a message. */
export function answerFaults(operation: Operation, status: number, body: unknown): string[] {
  const described = asJson(describedOf(operation)['responses'])[String(status)];
  if (described === undefined) {
    return status >= 400
      ? faultsOf({ $ref: '#/components/schemas/basic-error' }, body, `answer ${status}`)
      : [`${status} is not described`];
  }
  const schema = schemaOf(resolved(described));
  return schema === undefined ? [] : faultsOf(schema, body, `answer ${status}`);
}

/** A value that a schema of the description allows: whatever is required, as plain as can be. */
export function sampleOf(name: string): Json {
  return asJson(sample({ $ref: `#/components/schemas/${name}` }));
}

function sample(described: unknown): unknown {
  const schema = asJson(resolved(described));
  if (schema['nullable'] === true) return null;
  const [option] = listOf(schema['enum'] ?? schema['oneOf'] ?? schema['anyOf']);
  if (option !== undefined) return schema['enum'] === undefined ? sample(option) : option;
  if (schema['allOf'] !== undefined) return Object.assign({}, ...listOf(schema['allOf']).map(sample));
  switch (schema['type']) {
    case 'object': {
      const properties = asJson(schema['properties']);
      return Object.fromEntries(
        listOf(schema['required']).map((key) => [String(key), sample(properties[String(key)])]),
      );
    }
    case 'array':
      return [];
    case 'integer':
    case 'number':
      return 1;
    case 'boolean':
      return false;
    default:
      return 'text';
  }
}

const compiled = new Map<string, ValidateFunction>();
const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true });
ajv.addSchema({ $id: 'github', components: asJsonSchema(description['components']) });

function faultsOf(schema: unknown, value: unknown, about: string): string[] {
  const key = JSON.stringify(schema);
  const validate = compiled.get(key) ?? ajv.compile(asJson(asJsonSchema(schema)));
  compiled.set(key, validate);
  return validate(value)
    ? []
    : (validate.errors ?? []).map((error) => `${about}${error.instancePath} ${error.message}`);
}

/** OpenAPI 3.0 as JSON Schema: `nullable`, and references into the one document. */
function asJsonSchema(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asJsonSchema);
  if (typeof value !== 'object' || value === null) return value;
  const { nullable, ...rest } = asJson(value);
  const converted = Object.fromEntries(
    Object.entries(rest).map(([key, inner]) => [
      key,
      key === '$ref' && typeof inner === 'string' ? inner.replace('#/', 'github#/') : asJsonSchema(inner),
    ]),
  );
  return nullable === true ? { anyOf: [converted, { type: 'null' }] } : converted;
}

function describedOf({ template, method }: Operation): Json {
  return asJson(asJson(asJson(description['paths'])[template])[method]);
}

function schemaOf(described: unknown): unknown {
  return asJson(asJson(asJson(described)['content'])['application/json'])['schema'];
}

function resolved(value: unknown): unknown {
  const reference = asJson(value)['$ref'];
  if (typeof reference !== 'string') return value;
  return reference
    .split('/')
    .slice(1)
    .reduce<unknown>((at, key) => asJson(at)[key], description);
}

function asJson(value: unknown): Json {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
