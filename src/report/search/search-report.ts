/** A search as one HTML file that needs nothing else. */
import heatScript from '../page/heat.js?raw'
import searchStyle from '../page/search.css?raw'
import style from '../page/style.css?raw'
import tableScript from '../page/table.js?raw'
import { policyOf } from '../policy.js'
import { searchPage, type SearchRecord } from './search-page.js'

export type { SearchRecord } from './search-page.js'

const SCRIPTS = [heatScript, tableScript]
const STYLE = `${style}\n${searchStyle}`

/** Pure: the same search gives the same text, byte for byte. */
export function renderSearch(record: SearchRecord): string {
  return searchPage(record, { policy: policyOf(SCRIPTS, STYLE), style: STYLE, scripts: SCRIPTS }).text
}
