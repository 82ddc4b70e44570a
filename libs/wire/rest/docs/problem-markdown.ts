import { PROBLEMS, type ProblemCode, isProblemCode, kebab } from '../problem.js';
import { PROBLEM_TEXTS } from './problem-texts.js';

/** Returns the documentation page of all problems, in the order of their status. */
export function problemsAsMarkdown(): string {
  const codes = Object.keys(PROBLEMS).filter(isProblemCode);
  const byStatus = codes.sort((a, b) => PROBLEMS[a].status - PROBLEMS[b].status);
  return [INTRODUCTION, ...byStatus.map(section)].join('\n\n') + '\n';
}

const INTRODUCTION = `# Errors of the REST API

Every refusal under \`/v1\` is a problem document ([RFC 9457](https://www.rfc-editor.org/rfc/rfc9457)), \`application/problem+json\`:

\`\`\`json
{
  "type": "/v1/errors/invalid-request",
  "title": "The request breaks a rule",
  "status": 400,
  "detail": "query.limit: must be a whole number from 1 to 1000",
  "code": "InvalidRequest",
  "errors": [{ "field": "query.limit", "rule": "must be a whole number from 1 to 1000" }],
  "requestId": "019a5b1e-7c3f-7000-8000-3f1d2b8c9a10"
}
\`\`\`

- \`code\` is what programs look at: a code keeps its meaning for ever. There may be new ones; go by the status then.
- \`type\` is the address of the page about it, which a running Ebb serves with the same words as here.
- \`detail\` is for people, and its words may change.
- \`errors\`, with \`InvalidRequest\`, names every rule that was broken and where.
- \`requestId\` is also in the header \`Ebb-Request-Id\` of every answer, and names the request in the log of Ebb.

What is worth trying again: 429 and 503 after the seconds in \`Retry-After\`; 500 and 507, and connections that broke, with an \`Idempotency-Key\`. Everything else will be refused again until something changes.`;

function section(code: ProblemCode): string {
  const { status, title } = PROBLEMS[code];
  const { meaning, causes, remedy } = PROBLEM_TEXTS[code];
  return [
    `## ${kebab(code)}`,
    `\`${code}\`, ${status}: ${title}.`,
    meaning,
    `**Why it happens.** ${causes}`,
    `**What to do.** ${remedy}`,
  ].join('\n\n');
}
