import type { ObjectHead, StagedObject } from '../../core/ports/objects.js';

/** Commits what was staged; where that fails, nothing of it stays behind. */
export async function commitOrDiscard(staged: StagedObject, signal?: AbortSignal): Promise<ObjectHead> {
  try {
    return await staged.commit(signal);
  } catch (error) {
    // Why the commit failed is what counts, even if the discard fails as well.
    await staged.discard().catch(() => {});
    throw error;
  }
}
