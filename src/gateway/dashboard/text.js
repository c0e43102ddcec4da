/** Numbers and times as people read them, and elements made without markup: what comes from outside is only ever text. */
/* global document, Node */
export const element = (name, content = '', attributes = {}) => {
  const made = document.createElement(name)
  if (content instanceof Node) made.append(content)
  else made.textContent = content
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value)
  return made
}

/** For addresses: half of a character, which a hostile name may hold, has no escape. */
export const escaped = text => encodeURIComponent(text.toWellFormed())
export const byId = id => document.getElementById(id)
export const numberText = value =>
  value === null || value === undefined ? '–' : Number(value).toLocaleString('en', { maximumFractionDigits: 10 })
export const spanText = micros =>
  micros === null || micros === undefined
    ? '–'
    : micros < 1000
      ? `${micros}µs`
      : micros < 1e6
        ? `${(micros / 1000).toFixed(micros < 1e4 ? 1 : 0)}ms`
        : `${(micros / 1e6).toFixed(1)}s`
export const clockText = micros => new Date(micros / 1000).toLocaleTimeString('en-GB')

/** Fills a table in place: cells keep their elements, so that what is selected or focused stays. */
export function fillTable(table, columns, rows) {
  if (!table.tHead) {
    const row = table.createTHead().insertRow()
    for (const { title, text } of columns)
      row.append(element('th', title, { scope: 'col', ...(text ? { class: 'text' } : {}) }))
    table.createTBody()
  }
  const body = table.tBodies[0]
  while (body.rows.length > rows.length) body.deleteRow(-1)
  rows.forEach((item, index) => {
    const row = body.rows[index] ?? body.insertRow()
    columns.forEach(({ cell, text, tone, make }, column) => {
      const place = row.cells[column] ?? row.insertCell()
      const content = make ? make(item, place) : cell(item)
      if (!make && place.textContent !== content) place.textContent = content
      place.className = [text ? 'text' : '', tone ? tone(item) : ''].join(' ').trim()
    })
  })
}

/** A line of the latest prices. */
export function sparkText(values) {
  const low = Math.min(...values)
  const range = Math.max(...values) - low
  return values.map(value => '▁▂▃▄▅▆▇█'[range === 0 ? 0 : Math.round(((value - low) / range) * 7)]).join('')
}
