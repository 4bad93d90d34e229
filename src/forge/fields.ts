// What a server sends need not be what its description says.

/** The fields of a JSON value; none where it is no object. */
export function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  // Sound: a copy of whatever there is. Letters of a text and elements of a list become fields that nobody asks for.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return { ...(Object(value) as Readonly<Record<string, unknown>>) };
}
