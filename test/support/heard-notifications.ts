/** The parts of an invocation's notification that tests look at. */
export interface InvocationNotification {
  readonly eventName: string;
  readonly inferenceId: string;
  readonly invocationStatus: 'Completed' | 'Failed';
  readonly failureReason?: string;
  readonly failureLocation?: string;
  readonly responseParameters?: { readonly contentType?: string; readonly outputLocation: string };
}

/** All that one receiver was told of one invocation, repeats included. */
export interface Heard {
  count: number;
  readonly messageIds: Set<string>;
  /** The documents word for word: one, however often it came. */
  readonly documents: Set<string>;
}

/** What one receiver was told, by inference id. */
export class HeardNotifications {
  readonly heard = new Map<string, Heard>();
  /** How many test notifications came. */
  tests = 0;

  /** Takes in one message as SNS wraps it. */
  take(envelope: { readonly MessageId?: string; readonly Message?: string }): void {
    const document = JSON.parse(envelope.Message!) as InvocationNotification;
    if (document.eventName === 'TestNotification') {
      this.tests += 1;
      return;
    }
    const { inferenceId } = document;
    const heard = this.heard.get(inferenceId) ?? { count: 0, messageIds: new Set(), documents: new Set() };
    this.heard.set(inferenceId, heard);
    heard.count += 1;
    heard.messageIds.add(envelope.MessageId!);
    heard.documents.add(envelope.Message!);
  }

  /** The document about an invocation, if it was told of. */
  of(inferenceId: string): InvocationNotification | undefined {
    const [document] = this.heard.get(inferenceId)?.documents ?? [];
    return document === undefined ? undefined : (JSON.parse(document) as InvocationNotification);
  }
}
