/** The most launches of one process under way at once, from the first byte of the model to a started container. */
const MAX_LAUNCHES = 16;

/**
 * The higher limit for a variant that has no launch under way, so that slow downloads of other variants do not hold it
 * up.
 */
const MAX_FIRST_LAUNCHES = 64;

/** Lets launches begin one after another, in the order of request, instead of all at once. */
export class LaunchTurns {
  private underWay = 0;
  private readonly underWayOf = new Map<string, number>();
  private waiting: { readonly variantKey: string; readonly begin: () => void }[] = [];

  /**
   * Resolves when a launch of the variant may begin. Rejects with the signal's reason if the launch is called off
   * before.
   */
  take(variantKey: string, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.reject(signal.reason as Error);
    if (this.mayBegin(variantKey)) {
      this.count(variantKey, 1);
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      const callOff = (): void => {
        this.waiting = this.waiting.filter((other) => other !== turn);
        reject(signal.reason as Error);
      };
      const begin = (): void => {
        signal.removeEventListener('abort', callOff);
        resolve();
      };
      const turn = { variantKey, begin };
      this.waiting.push(turn);
      signal.addEventListener('abort', callOff, { once: true });
    });
  }

  /** Ends the turn of one launch of the variant, whether it succeeded or failed. */
  end(variantKey: string): void {
    this.count(variantKey, -1);
    const index = this.waiting.findIndex((turn) => this.mayBegin(turn.variantKey));
    if (index < 0) return;
    const [next] = this.waiting.splice(index, 1);
    this.count(next!.variantKey, 1);
    next!.begin();
  }

  private mayBegin(variantKey: string): boolean {
    return this.underWay < (this.underWayOf.has(variantKey) ? MAX_LAUNCHES : MAX_FIRST_LAUNCHES);
  }

  private count(variantKey: string, change: 1 | -1): void {
    this.underWay += change;
    const ofVariant = (this.underWayOf.get(variantKey) ?? 0) + change;
    if (ofVariant === 0) this.underWayOf.delete(variantKey);
    else this.underWayOf.set(variantKey, ofVariant);
  }
}
