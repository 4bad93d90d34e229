// The one comment of a key: found by the marker at its beginning and by its author, updated, or created where there is none. Of
// several the oldest is updated, the others are left alone, so two runs always agree on which one it is.
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
  for (let round = 1; ; round++) {
    const posted = await updateExisting(forge, marker, body, options);
    if (posted !== null) return posted;
    if (!options.create) return { action: 'left', comment: null };
    if (options.dryRun) return { action: 'created', comment: null };
    try {
      return { action: 'created', comment: await forge.create(body) };
    } catch (error) {
      // The service may have created it and then failed to say so: look before creating another one.
      if (!isUncertain(error) || round === mostRounds) throw error;
      await options.wait(faultWait(round));
    }
  }
}

async function updateExisting(
  forge: Forge,
  marker: string,
  body: string,
  { dryRun }: UpsertOptions,
): Promise<Posted | null> {
  for await (const comment of forge.comments()) {
    if (!comment.own || !startsWith(comment.body, marker)) continue;
    if (normalized(comment.body) === normalized(body)) return { action: 'unchanged', comment };
    if (dryRun) return { action: 'updated', comment };
    try {
      return { action: 'updated', comment: await forge.update(comment.id, body) };
    } catch (error) {
      // Not to be edited by this token after all, or deleted meanwhile: the next one, or a new one.
      if (!isRefused(error)) throw error;
    }
  }
  return null;
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
