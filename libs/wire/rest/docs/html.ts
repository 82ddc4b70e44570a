import { PAGE_STYLE } from './page-style.js';

/** Escapes text for HTML, including attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** Returns a line of Markdown as HTML. Descriptions have only code, bold and links. */
export function inlineHtml(markdown: string): string {
  return escapeHtml(markdown)
    .replace(/`([^`]+)`/g, '<code>$1</code>')
    .replace(/\*\*([^*]+)\*\*/g, '<strong>$1</strong>')
    .replace(/\[([^\]]+)\]\(([^)\s]+)\)/g, '<a href="$2">$1</a>');
}

/** Returns paragraphs and lists of Markdown as HTML. */
export function proseHtml(markdown: string): string {
  return markdown
    .split(/\n{2,}/)
    .map((block) => {
      if (!block.startsWith('- ')) return `<p>${inlineHtml(block)}</p>`;
      const items = block.split(/\n?^- /m).filter(Boolean);
      return `<ul>${items.map((item) => `<li>${inlineHtml(item)}</li>`).join('')}</ul>`;
    })
    .join('\n');
}

/** Returns a whole page, which needs neither a network nor a script. */
export function pageHtml(title: string, content: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(title)}</title>
<style>${PAGE_STYLE}</style>
</head>
<body>
${content}
</body>
</html>
`;
}
