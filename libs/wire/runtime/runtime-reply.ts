/** A response of the runtime: a status, alternating header names and values, and a body. */
export interface RuntimeReply {
  readonly status: number;
  readonly headers: readonly string[];
  readonly body: string;
}
