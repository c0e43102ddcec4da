/** The page that shows a run, as one text with everything in it: it needs no network beyond its own server. */
import library from '../../node_modules/lightweight-charts/dist/lightweight-charts.standalone.production.js?raw'
import connection from './dashboard/connection.js?raw'
import main from './dashboard/main.js?raw'
import market from './dashboard/market.js?raw'
import page from './dashboard/page.html?raw'
import panels from './dashboard/panels.js?raw'
import style from './dashboard/style.css?raw'
import text from './dashboard/text.js?raw'

/** HTML with its scripts and styles inside. */
export function dashboardPage(): string {
  const script = `{${[text, connection, market, panels, main].map(joinable).join('\n')}}`
  return page
    .replace('<style></style>', () => `<style>${style}</style>`)
    .replace('<script></script>', () => `<script>${library}</script>\n<script>${script}</script>`)
}

/** The parts are modules for whoever reads and checks them, and one script in the page. */
function joinable(module: string): string {
  return module.replace(/^import .*$/gm, '').replace(/^export /gm, '')
}
