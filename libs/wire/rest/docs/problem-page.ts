import { inlineHtml, pageHtml } from './html.js';
import { PROBLEMS, type ProblemCode } from '../problem.js';
import { PROBLEM_TEXTS } from './problem-texts.js';

/** Returns the page that the `type` of a problem leads to. */
export function problemPage(code: ProblemCode): string {
  const { status, title } = PROBLEMS[code];
  const { meaning, causes, remedy } = PROBLEM_TEXTS[code];
  return pageHtml(
    `${title} (${code})`,
    `<main class="alone">
<p class="soft"><a href="/v1/docs">Ebb’s REST API</a></p>
<h1>${inlineHtml(title)}</h1>
<p><code>${code}</code> <span class="soft">${status}</span></p>
<p>${inlineHtml(meaning)}</p>
<h4>Why it happens</h4>
<p>${inlineHtml(causes)}</p>
<h4>What to do</h4>
<p>${inlineHtml(remedy)}</p>
</main>`,
  );
}
