// Why text is not JSON, in the words of V8 but for the text itself: what is given for a report may be a link to anything else.

/** `: ` and the reason; empty where nothing is left to say. */
export function jsonFault(error: unknown): string {
  if (!(error instanceof SyntaxError)) return '';
  // Unexpected token 'x', "the text"... is not valid JSON
  const why = error.message.replace(/(?:^|, )(?:\.\.\.)?".*/s, '');
  return why === '' ? '' : `: ${why.slice(0, 200)}`;
}
