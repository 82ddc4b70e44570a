/** A refusal as Ebb writes it, RFC 9457. What is in between may answer without most of it. */
export interface ProblemDocument {
  readonly status: number;
  readonly code?: string;
  readonly title?: string;
  readonly detail: string;
  readonly errors?: readonly { readonly field: string; readonly rule: string }[];
  readonly requestId?: string;
}

/** Reads the body of an answer that is no success, whoever wrote it. */
export function readProblem(status: number, body: string): ProblemDocument {
  try {
    const document = JSON.parse(body) as Partial<ProblemDocument> & { readonly message?: unknown };
    const detail = document.detail ?? document.title ?? document.message;
    if (typeof detail === 'string') return { ...document, status, detail };
  } catch {
    // Not Ebb's: a proxy in between has its own way to say it.
  }
  return { status, detail: `The answer was HTTP ${status}, without a reason.` };
}
