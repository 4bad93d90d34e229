// The one comment of a key: found by the marker at its beginning and by its author, updated, or created where there is none. Of
// several the oldest is updated, the others are left alone, so two runs always agree on which one it is. Of two runs that create one
// at once, the later takes its own back.
import { ServiceError } from '../errors.ts';
import type { Comment, Forge } from './forge.ts';
import { isRefused } from './refusal.ts';
import { faultWait } from './waiting.ts';

export interface Posted {
  /** `left`: there was none, and none was wanted. */
  readonly action: 'created' | 'updated' | 'unchanged' | 'left';
  readonly comment: Comment | null;
}

export interface UpsertOptions {
  /** Whether to create a comment where there is none. */
  readonly create: boolean;
  /** Whether to only find out what would be done. */
  readonly dryRun: boolean;
  readonly wait: (milliseconds: number) => Promise<void>;
}

/** How often to look again after a creation of which it is not known whether it happened. */
const mostRounds = 3;

/** @param marker first line of `body`. @throws ServiceError */
export async function upsert(forge: Forge, marker: string, body: string, options: UpsertOptions): Promise<Posted> {
  const text = { marker, body };
  const refused: Refused = new Map();
  for (let round = 1; ; round++) {
    const posted = await updateExisting(forge, text, options.dryRun, refused, null);
    if (posted !== null) return posted;
    if (!options.create) return leave(refused);
    if (options.dryRun) return { action: 'created', comment: null };
    const created = await tryToCreate(forge, body, round);
    if (created !== null) return settle(forge, text, refused, created);
    await options.wait(faultWait(round));
  }
}

/** By id, comments that turn out not to be for this token to edit, and why. */
type Refused = Map<number, { readonly error: ServiceError; readonly isOurs: boolean }>;

/** @throws ServiceError where there is a comment of ours that may not be edited, as on a locked pull request. */
function leave(refused: Refused): Posted {
  for (const { error, isOurs } of refused.values()) if (isOurs && error.status === 403) throw error;
  return { action: 'left', comment: null };
}

/** null where it is not known whether the service created it and then failed to say so: look before creating another one. */
async function tryToCreate(forge: Forge, body: string, round: number): Promise<Comment | null> {
  try {
    return await forge.create(body);
  } catch (error) {
    if (!isUncertain(error) || round === mostRounds) throw error;
    return null;
  }
}

/**
 * Another run may have created its own between the look and the creation: the older of the two stays, and whoever made the newer one
 * takes that back. Whatever fails here leaves a comment that says what it should.
 */
async function settle(forge: Forge, text: Text, refused: Refused, created: Comment): Promise<Posted> {
  let posted: Posted | null = null;
  try {
    posted = await updateExisting(forge, text, false, refused, created.id);
    if (posted !== null) await forge.remove(created.id);
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
  }
  return posted ?? { action: 'created', comment: created };
}

interface Text {
  readonly marker: string;
  readonly body: string;
}

/** @param before comment from which on none is looked at, since ids grow; null to look at all. */
async function updateExisting(
  forge: Forge,
  { marker, body }: Text,
  dryRun: boolean,
  refused: Refused,
  before: number | null,
): Promise<Posted | null> {
  for await (const comment of candidates(forge, marker, before)) {
    if (refused.has(comment.id)) continue;
    if (normalized(comment.body) === normalized(body)) return { action: 'unchanged', comment };
    if (dryRun) return { action: 'updated', comment };
    try {
      return { action: 'updated', comment: await forge.update(comment.id, body) };
    } catch (error) {
      // Not to be edited by this token after all, or deleted meanwhile: the next one, or a new one.
      if (!isRefused(error)) throw error;
      refused.set(comment.id, { error, isOurs: comment.own === 'yes' });
    }
  }
  return null;
}

/** Comments of ours with this marker, oldest first; behind them those that may be ours. */
async function* candidates(forge: Forge, marker: string, before: number | null): AsyncIterable<Comment> {
  const uncertain: Comment[] = [];
  for await (const comment of forge.comments()) {
    if (before !== null && comment.id >= before) break;
    if (comment.own === 'no' || !startsWith(comment.body, marker)) continue;
    if (comment.own === 'yes') yield comment;
    else uncertain.push(comment);
  }
  yield* uncertain;
}

/** The marker is a whole line; services change line ends and trim. */
function startsWith(body: string, marker: string): boolean {
  return normalized(body).split('\n', 1)[0] === marker;
}

function normalized(body: string): string {
  return body.replaceAll('\r\n', '\n').trim();
}

function isUncertain(error: unknown): boolean {
  return error instanceof ServiceError && (error.status === null ? error.code === 'unreachable' : error.status >= 500);
}
