/** A response of the runtime: status, header names and values in turn, and a body. */
export interface RuntimeReply {
  readonly status: number;
  readonly headers: readonly string[];
  readonly body: string;
}
