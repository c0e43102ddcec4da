/** What every page of a report has around its content: one file that asks for nothing and runs only what is in it. */
import { html, trusted, type Content, type Html } from './html.js'

export interface DocumentParts {
  /** Content security policy that names the hashes of the style and the scripts. */
  readonly policy: string
  readonly style: string
  /** Name and version of what wrote the page. */
  readonly software: string
  readonly title: string
  /** Below the title. */
  readonly header: Content
  readonly main: Content
  readonly footer: Content
  readonly scripts: Content
}

export function documentOf({ policy, style, software, title, header, main, footer, scripts }: DocumentParts): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="generator" content="${software}">
<title>${title}</title>
<style>${trusted(style)}</style>
</head>
<body>
<header>
<h1>${title}</h1>
${header}
</header>
<main>
${main}
</main>
<footer>
${footer}
</footer>
${scripts}
</body>
</html>
` // prettier-ignore
}

/** To the letter as it is: the policy names its hash. */
export function inlineScript(script: string): Html {
  return html`<script>${trusted(script)}</script>` // prettier-ignore
}
