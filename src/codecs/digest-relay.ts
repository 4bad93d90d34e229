// Takes the SHA-256 of what is decoded, in a thread between the decoding one and the main one: hashing takes nearly as long as decoding
// zstd, and more than what the main thread has to spare.
import type { MessagePort } from 'node:worker_threads';
import { sha256 } from '../bytes/sha256.ts';
import type { WorkerMessage } from './worker-messages.ts';

/** Passes on through `port` what comes through each port that it is sent, adding the digest to the last message. */
export function relayDigests(port: MessagePort): void {
  port.on('message', (from: MessagePort) => {
    const hash = sha256();
    from.on('message', (message: WorkerMessage) => {
      if (message.kind === 'piece') {
        hash.update(message.piece);
        port.postMessage(message, [message.piece.buffer]);
        return;
      }
      const { kind } = message;
      const digests = kind === 'done' ? { ...message.digests, decoded: hash.digest('hex') } : null;
      port.postMessage(digests === null ? message : { ...message, digests });
      from.close();
    });
  });
}
