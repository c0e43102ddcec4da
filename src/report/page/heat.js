/** Runs in the reader's browser: tells what a cell of a heat map holds, under the pointer or under the arrow keys. */
/* global document */
;(() => {
  const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }
  for (const map of document.querySelectorAll('.heat')) {
    const reading = document.getElementById(map.getAttribute('aria-describedby'))
    const cells = [...map.querySelectorAll('.cell')]
    const byPlace = new Map(cells.map(cell => [`${cell.dataset.x},${cell.dataset.y}`, cell]))
    let current = null

    const read = cell => {
      current?.classList.remove('at')
      current = cell
      cell.classList.add('at')
      reading.textContent = cell.dataset.text
    }
    map.addEventListener('pointerover', event => {
      if (event.target.classList.contains('cell')) read(event.target)
    })
    map.addEventListener('focus', () => {
      if (current === null) read(cells.find(cell => cell.dataset.best === '1') ?? cells[0])
    })
    map.addEventListener('keydown', event => {
      const move = MOVES[event.key]
      if (move === undefined || current === null) return
      event.preventDefault()
      const next = byPlace.get(`${Number(current.dataset.x) + move[0]},${Number(current.dataset.y) + move[1]}`)
      if (next === undefined) return
      read(next)
      next.scrollIntoView({ block: 'nearest', inline: 'nearest' })
    })
  }
})()
