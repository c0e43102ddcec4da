/** Runs in the reader's browser: a click or the Enter key on a column's title sorts by it. */
/* global document */
;(() => {
  for (const table of document.querySelectorAll('table.sortable')) {
    table.querySelectorAll('thead th').forEach((head, column) => {
      const button = document.createElement('button')
      button.type = 'button'
      button.textContent = head.textContent
      button.addEventListener('click', () => sort(table, head, column))
      head.replaceChildren(button)
    })
  }

  function sort(table, head, column) {
    const falling = head.getAttribute('aria-sort') === 'ascending'
    for (const other of table.querySelectorAll('thead th')) other.removeAttribute('aria-sort')
    head.setAttribute('aria-sort', falling ? 'descending' : 'ascending')
    const body = table.tBodies[0]
    const rows = [...body.rows].sort((a, b) => compare(key(a, column), key(b, column)) * (falling ? -1 : 1))
    body.append(...rows)
  }

  function key(row, column) {
    const cell = row.cells[column]
    return cell.dataset.key === undefined ? cell.textContent : Number(cell.dataset.key)
  }

  function compare(a, b) {
    return typeof a === 'number' && typeof b === 'number' ? a - b : String(a).localeCompare(String(b))
  }
})()
