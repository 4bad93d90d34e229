// Contract of a forge, the service that hosts pull requests: comments are listed, created, updated and removed, nothing else. A forge
// never decides what to post or which comment to update; upsert.ts does, for all of them.

export interface Comment {
  readonly id: number;
  readonly body: string;
  /** Whether the token's user wrote it; `perhaps` where the service does not tell whose the token is, and it may be that one. */
  readonly own: 'yes' | 'perhaps' | 'no';
  /** Address for people; null where the forge gives none. */
  readonly url: string | null;
}

export interface Forge {
  /** `GitHub`, for messages. */
  readonly name: string;
  /** Comments of the pull request, oldest first, page by page as they are asked for. */
  comments(): AsyncIterable<Comment>;
  create(body: string): Promise<Comment>;
  update(id: number, body: string): Promise<Comment>;
  /** Deletes a comment. @throws ServiceError where the token may not, or it is gone. */
  remove(id: number): Promise<void>;
}

export interface Connection {
  /** Base address of the API, without a slash at the end. */
  readonly api: string;
  readonly token: string;
  /** Name of the variable that held the token, for messages. */
  readonly tokenName: string;
  /** `sizecheck/1.2.3` */
  readonly agent: string;
  readonly send: typeof fetch;
}
