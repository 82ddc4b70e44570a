import type { ObjectHead, StagedObject } from '../../core/ports/objects.js';

/** Commits a staged object; if the commit fails, discards it. */
export async function commitOrDiscard(staged: StagedObject, signal?: AbortSignal): Promise<ObjectHead> {
  try {
    return await staged.commit(signal);
  } catch (error) {
    // The commit's error is the one to raise, even if the discard fails as well.
    await staged.discard().catch(() => {});
    throw error;
  }
}
